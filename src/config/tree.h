// A parsed configuration file before anybody knows what its keys mean: values and where they stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace codex::config {

/// Both count from 1; 0 where there is no text.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    friend bool operator==(const Position&, const Position&) = default;
};

/// Text in a file that is not TOML or YAML at all; the message says what, not where.
class SyntaxError : public base::ConfigError {
  public:
    SyntaxError(Position position, std::string message)
        : ConfigError(std::move(message)), position_(position) {}
    Position position() const { return position_; }

  private:
    Position position_;
};

struct Entry;
struct Node;
using Sequence = std::vector<Node>;
/// In the order of the text; no key twice.
using Table = std::vector<Entry>;

/// A scalar that has no one meaning: a plain YAML `on`, `no` or `012`, a TOML date.
struct Unclear {
    std::string what;  // "a date", "`012`, which YAML readers take for different values"
    friend bool operator==(const Unclear&, const Unclear&) = default;
};

struct Node {
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Unclear, Sequence, Table>
        data;
    Position position = {};
    /// The text as written, where a bare word may stand for a text: on the command line and in
    /// variables.
    std::string raw = {};

    template <class T>
    const T* as() const {
        return std::get_if<T>(&data);
    }
    template <class T>
    T* as() {
        return std::get_if<T>(&data);
    }
};

struct Entry {
    std::string key;
    Position position;
    Node value;
};

/// The entry of this name, or nullptr.
const Entry* find(const Table& table, std::string_view key);
Entry* find(Table& table, std::string_view key);
/// "a table", "a list", "text", "a whole number" …: for messages.
std::string_view kind(const Node& node);
Node to_node(const json::Value& value);
json::Value to_json(const Node& node);

inline constexpr std::size_t kMaxTomlBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxYamlBytes = std::size_t{256} << 10;
/// How deep tables and lists may nest, and of how many parts a dotted key may consist.
inline constexpr std::size_t kMaxNesting = 32;

/// TOML 1.0. Throws SyntaxError with the first place that is wrong.
Table parse_toml(std::string_view text);
/// One TOML value; SyntaxError when it is none.
Node parse_toml_value(std::string_view text);

/// One YAML document that is a map, or nothing at all. Strict: no anchors, aliases, tags or merge
/// keys, no key twice, and scalars that YAML 1.1 and 1.2 read differently are Unclear.
Table parse_yaml(std::string_view text);

}  // namespace codex::config
