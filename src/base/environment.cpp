#include "base/environment.h"

#include <cstring>

namespace codex::base {

Environment Environment::take_from_process(char** environ) {
    std::map<std::string, std::string, std::less<>> values;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && equals != 0) {
            values.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return Environment(std::move(values));
}

void wipe(char** strings) {
    for (char** entry = strings; entry != nullptr && *entry != nullptr; ++entry)
        ::explicit_bzero(*entry, std::strlen(*entry));
}

std::optional<std::string> Environment::find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string> Environment::find_nonempty(std::string_view name) const {
    auto value = find(name);
    if (value && value->empty()) return std::nullopt;
    return value;
}

}  // namespace codex::base
