// toml++ is seen here only. Header-only, because then the sanitizers and the fuzzer see it too.
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 32
#include <fmt/format.h>
#include <toml++/toml.h>

#include "config/tree.h"

namespace codex::config {
namespace {

static_assert(TOML_MAX_NESTED_VALUES == kMaxNesting);

Position to_position(const toml::source_position& position) {
    return {position.line, position.column};
}

Position to_position(const toml::node& node) {
    return to_position(node.source().begin);
}

// Tables made by dotted keys nest without any bracket, and what is nested is destroyed recursively:
// keys of too many parts are found before the parser builds anything from them.
class KeyLengths {
  public:
    explicit KeyLengths(std::string_view text) : text_(text) {}

    void check() {
        std::size_t dots = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"' || c == '\'') {
                skip_text(c);
                continue;
            }
            if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            }
            if (c == '.') {
                if (++dots >= kMaxNesting) fail();
            } else if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[') {
                dots = 0;
            }
            ++at_;
        }
    }

  private:
    void skip_text(char quote) {
        const std::string three(3, quote);
        const bool is_long = text_.substr(at_, 3) == three;
        at_ += is_long ? 3 : 1;
        while (at_ < text_.size()) {
            if (quote == '"' && text_[at_] == '\\') {
                at_ += 2;
            } else if (is_long && text_.substr(at_, 3) == three) {
                at_ += 3;
                return;
            } else if (!is_long && (text_[at_] == quote || text_[at_] == '\n')) {
                ++at_;
                return;
            } else {
                ++at_;
            }
        }
        at_ = text_.size();
    }

    [[noreturn]] void fail() const {
        Position position{1, 1};
        for (const char c : text_.substr(0, at_)) {
            position.column = c == '\n' ? 1 : position.column + 1;
            if (c == '\n') ++position.line;
        }
        throw SyntaxError(position, fmt::format("a key has more than {} parts", kMaxNesting));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Node convert(const toml::node& node, std::size_t depth);

Table convert_table(const toml::table& table, std::size_t depth) {
    Table converted;
    converted.reserve(table.size());
    for (const auto& [key, value] : table) {
        converted.push_back(
            {std::string(key.str()), to_position(key.source().begin), convert(value, depth + 1)});
    }
    // toml++ sorts; the order of the text is what people expect in messages.
    std::stable_sort(converted.begin(), converted.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.position.line, a.position.column) <
               std::pair(b.position.line, b.position.column);
    });
    return converted;
}

Node convert(const toml::node& node, std::size_t depth) {
    Node converted;
    converted.position = to_position(node);
    if (depth > kMaxNesting) {
        throw SyntaxError(converted.position, fmt::format("nested more than {} deep", kMaxNesting));
    }
    if (const auto* text = node.as_string()) {
        converted.data = text->get();
    } else if (const auto* flag = node.as_boolean()) {
        converted.data = flag->get();
    } else if (const auto* integer = node.as_integer()) {
        converted.data = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
        converted.data = number->get();
    } else if (const auto* array = node.as_array()) {
        Sequence sequence;
        sequence.reserve(array->size());
        for (const toml::node& item : *array) sequence.push_back(convert(item, depth + 1));
        converted.data = std::move(sequence);
    } else if (const auto* table = node.as_table()) {
        converted.data = convert_table(*table, depth);
    } else {
        converted.data = Unclear{node.is_time() ? "a time" : "a date"};
    }
    return converted;
}

toml::table parse(std::string_view text) {
    KeyLengths(text).check();
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        throw SyntaxError(to_position(error.source().begin), std::string(error.description()));
    }
}

}  // namespace

Table parse_toml(std::string_view text) {
    if (text.size() > kMaxTomlBytes) {
        throw SyntaxError({1, 1}, fmt::format("larger than {} MiB", kMaxTomlBytes >> 20));
    }
    return convert_table(parse(text), 0);
}

Node parse_toml_value(std::string_view text) {
    Table table = parse_toml(fmt::format("value = {}\n", text));
    if (table.size() != 1) throw SyntaxError({1, 1}, "more than one value");
    return std::move(table.front().value);
}

}  // namespace codex::config
