#include "model/plain_delta.h"

#include <algorithm>

namespace codex::model {
namespace {

constexpr std::string_view kBegin = R"({"type":"response.)";
constexpr std::string_view kSuffix = ".delta";

// What a text of JSON may hold as it stands.
bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Each function takes what it names off the front, or leaves the text as it is.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool take(std::string_view token) {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    std::optional<std::string_view> take_string() {
        if (!rest_.starts_with('"')) return std::nullopt;
        std::size_t end = 1;
        while (end < rest_.size() && is_plain(rest_[end])) ++end;
        if (end == rest_.size() || rest_[end] != '"') return std::nullopt;
        const std::string_view text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return text;
    }

    bool take_other_value() {
        for (const std::string_view token : {"[]", "{}", "null", "true", "false"}) {
            if (take(token)) return true;
        }
        std::size_t end = 0;
        while (end < rest_.size() && is_digit(rest_[end])) ++end;
        if (end == 0 || (end > 1 && rest_.front() == '0')) return false;
        rest_.remove_prefix(end);
        return true;
    }

    void skip_blanks() {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    }

    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

}  // namespace

std::optional<PlainDelta> read_plain_delta(std::string_view data) {
    if (!data.starts_with(kBegin)) return std::nullopt;
    PlainDelta found;
    Scanner scanner(data);
    scanner.take("{");
    do {
        scanner.skip_blanks();
        const auto name = scanner.take_string();
        if (!name || !scanner.take(":")) return std::nullopt;
        scanner.skip_blanks();
        const auto text = scanner.take_string();
        std::string_view* member = *name == "type"      ? &found.type
                                   : *name == "delta"   ? &found.delta
                                   : *name == "item_id" ? &found.item_id
                                                        : nullptr;
        if (!text && (member != nullptr || !scanner.take_other_value())) return std::nullopt;
        if (text && member != nullptr) *member = *text;
    } while (scanner.take(","));
    if (!scanner.take("}") || !scanner.at_end() || !found.type.ends_with(kSuffix) ||
        !found.type.starts_with("response."))
        return std::nullopt;
    return found;
}

}  // namespace codex::model
