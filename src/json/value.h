// Any JSON as a plain value, and its reading and writing. Nothing above this module sees RapidJSON.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace codex::json {

/// JSON that is not what it should be; the message starts with the JSON path, e.g. "$.a[1]:
/// expected a string".
class JsonError : public base::Error {
  public:
    using Error::Error;
};

class Value;
using Array = std::vector<Value>;

/// Members in the order of the text; a name that occurs twice keeps its last value. Small objects
/// only: find is linear.
class Object {
  public:
    using Member = std::pair<std::string, Value>;
    const Value* find(std::string_view name) const;
    void set(std::string name, Value value);
    /// All at once, in n log n: what text from outside needs.
    static Object from_members(std::vector<Member> members);
    const std::vector<Member>& members() const { return members_; }
    bool empty() const;
    friend bool operator==(const Object&, const Object&);

  private:
    std::vector<Member> members_;
};

/// Integers keep 64 bits and are never read as doubles; 1.0 is a double.
class Value {
  public:
    using Data = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                              std::string, Array, Object>;

    Value() : data_(nullptr) {}
    Value(std::nullptr_t) : data_(nullptr) {}
    template <std::same_as<bool> B>  // a pointer would convert to bool too
    Value(B value) : data_(value) {}
    Value(int value) : data_(std::int64_t{value}) {}
    Value(std::int64_t value) : data_(value) {}
    Value(std::uint64_t value);  // held as int64_t when it fits
    Value(double value) : data_(value) {}
    Value(const char* text) : data_(std::string(text)) {}
    Value(std::string_view text) : data_(std::string(text)) {}
    Value(std::string text) : data_(std::move(text)) {}
    Value(Array array) : data_(std::move(array)) {}
    Value(Object object) : data_(std::move(object)) {}
    /// An object: {{"a", 1}, {"b", "x"}}.
    static Value object(std::vector<std::pair<std::string, Value>> members);

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
    const bool* as_bool() const { return std::get_if<bool>(&data_); }
    const std::string* as_string() const { return std::get_if<std::string>(&data_); }
    const Array* as_array() const { return std::get_if<Array>(&data_); }
    const Object* as_object() const { return std::get_if<Object>(&data_); }
    Object* as_object() { return std::get_if<Object>(&data_); }
    /// A whole number; never a bool, a double or a string.
    std::optional<std::int64_t> as_integer() const;
    /// Any number.
    std::optional<double> as_number() const;
    /// The member, or nullptr when this is no object or has no such member.
    const Value* find(std::string_view name) const;
    /// Follows object members: at("pull_request", "head", "sha"); nullptr as soon as one is
    /// missing.
    template <class... Names>
    const Value* at(std::string_view first, Names... rest) const {
        const Value* next = find(first);
        if constexpr (sizeof...(rest) == 0) {
            return next;
        } else {
            return next == nullptr ? nullptr : next->at(rest...);
        }
    }

    const Data& data() const { return data_; }
    friend bool operator==(const Value&, const Value&);

  private:
    Data data_;
};

inline bool Object::empty() const {
    return members_.empty();
}

/// Containers may nest this deep; deeper text is refused before anything recurses over it.
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

/// Strict RFC 8259 with valid UTF-8, escapes included; a byte order mark is ignored. An integer
/// beyond 64 bits becomes a double. Throws JsonError naming `what`, the byte offset and the reason.
Value parse(std::string_view text, std::string_view what = "JSON",
            std::size_t max_bytes = kMaxBytes);

/// Compact text, or indented by two blanks. Strings that are not valid UTF-8 are repaired with
/// U+FFFD; NaN and infinity, which JSON lacks, become null.
std::string render(const Value& value);
std::string render_pretty(const Value& value);

/// The text of a string; "" for anything else, and for a member that is not there (nullptr).
std::string string_or_empty(const Value* value);

/// What a value is, for messages: "null", "a boolean", "a number", "a string", "an array", "an
/// object".
std::string_view kind(const Value& value);

}  // namespace codex::json
