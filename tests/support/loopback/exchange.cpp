#include "tests/support/loopback/exchange.h"

#include "base/file.h"
#include "base/text.h"

namespace loopback {

using codex::json::Value;

std::string Request::parameter(std::string_view name) const {
    for (const std::string_view pair : codex::base::split(query, '&')) {
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) == name && equals != std::string_view::npos) {
            return std::string(pair.substr(equals + 1));
        }
    }
    return {};
}

Value read_scenario(const std::string& folder, const std::string& name,
                    const std::map<std::string, std::string>& values) {
    const auto file = codex::base::read_file_if_exists(folder + "/" + name);
    if (!file) return {};
    std::string text = *file;
    for (const auto& [key, value] : values) {
        const std::string quoted = codex::json::render(Value(value));
        std::string mark = "${";
        mark += key;
        mark += "}";
        text = codex::base::replace_all(text, mark, quoted.substr(1, quoted.size() - 2));
    }
    return codex::json::parse(text, folder + "/" + name);
}

std::string string_at(const Value& value, std::string_view name, const std::string& fallback) {
    const Value* member = value.find(name);
    return member != nullptr && member->as_string() != nullptr ? *member->as_string() : fallback;
}

std::int64_t integer_at(const Value& value, std::string_view name, std::int64_t fallback) {
    const Value* member = value.find(name);
    return member == nullptr ? fallback : member->as_integer().value_or(fallback);
}

bool bool_at(const Value& value, std::string_view name, bool fallback) {
    const Value* member = value.find(name);
    return member != nullptr && member->as_bool() != nullptr ? *member->as_bool() : fallback;
}

bool matches(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*') {
        for (std::size_t skip = 0; skip <= text.size(); ++skip) {
            if (matches(pattern.substr(1), text.substr(skip))) return true;
        }
        return false;
    }
    return !text.empty() && text.front() == pattern.front() &&
           matches(pattern.substr(1), text.substr(1));
}

Answer json_answer(int status, const Value& body) {
    Answer answer;
    answer.status = status;
    answer.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    answer.body = codex::json::render(body);
    return answer;
}

}  // namespace loopback
