#include "agent/custom_prompts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace codex::agent {
namespace {

namespace fs = std::filesystem;
using protocol::CustomPrompt;

constexpr std::string_view kInvocation = "/prompts:";
constexpr std::string_view kAllArguments = "ARGUMENTS";
constexpr std::string_view kFence = "---";
constexpr std::size_t kMaxPromptBytes = std::size_t{1} << 20;
constexpr std::string_view kBlanks = " \t\r\n";

// Without the one pair of quotes that YAML allows around a value.
std::string_view unquoted(std::string_view value) {
    const bool is_quoted = value.size() >= 2 && value.front() == value.back() &&
                           (value.front() == '"' || value.front() == '\'');
    return is_quoted ? value.substr(1, value.size() - 2) : value;
}

void take_front_matter(std::string_view line, CustomPrompt& prompt) {
    line = base::trim(line);
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) return;
    const std::string key = base::to_lower(base::trim(line.substr(0, colon)));
    const std::string value(unquoted(base::trim(line.substr(colon + 1))));
    if (key == "description") prompt.description = value;
    if (key == "argument-hint" || key == "argument_hint") prompt.argument_hint = value;
}

bool is_name_begin(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_name_part(char c) {
    return is_name_begin(c) || (c >= '0' && c <= '9') || c == '_';
}

struct Placeholder {
    enum class Kind { text, dollar, position, all, name };
    Kind kind = Kind::text;
    std::string_view text;  // of a text or name
    std::size_t position = 0;
};

// The prompt as texts and placeholders, which lie behind one another.
std::vector<Placeholder> parse_placeholders(std::string_view content) {
    using Kind = Placeholder::Kind;
    std::vector<Placeholder> parts;
    std::size_t text_begin = 0;
    std::size_t at = 0;
    const auto add = [&](Placeholder part, std::size_t length) {
        if (at > text_begin)
            parts.push_back({Kind::text, content.substr(text_begin, at - text_begin)});
        parts.push_back(part);
        at += length;
        text_begin = at;
    };
    while (at < content.size()) {
        const char next = at + 1 < content.size() ? content[at + 1] : '\0';
        if (content[at] != '$') {
            ++at;
        } else if (next == '$') {
            add({Kind::dollar, {}}, 2);
        } else if (next >= '1' && next <= '9') {
            add({Kind::position, {}, static_cast<std::size_t>(next - '1')}, 2);
        } else if (is_name_begin(next)) {
            std::size_t end = at + 2;
            while (end < content.size() && is_name_part(content[end])) ++end;
            const std::string_view name = content.substr(at + 1, end - at - 1);
            add({name == kAllArguments ? Kind::all : Kind::name, name}, end - at);
        } else {
            ++at;
        }
    }
    if (at > text_begin) parts.push_back({Kind::text, content.substr(text_begin)});
    return parts;
}

// Words as a shell makes them of quotes and backslashes, without any expansion.
std::vector<std::string> split_arguments(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
            word += text[++at];
            in_word = true;
        } else if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else {
                word += c;
            }
        } else if (c == '"' || c == '\'') {
            quote = c;
            in_word = true;
        } else if (kBlanks.find(c) != std::string_view::npos) {
            if (in_word) words.push_back(std::exchange(word, {}));
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote != '\0') {
        throw base::Error(fmt::format("cannot read the prompt's arguments: a {} is not closed",
                                      quote == '"' ? "double quote" : "single quote"));
    }
    if (in_word) words.push_back(std::move(word));
    return words;
}

std::map<std::string, std::string, std::less<>> named_arguments(
    const std::vector<std::string>& words) {
    std::map<std::string, std::string, std::less<>> named;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw base::Error(fmt::format(
                "cannot use the prompt's argument \"{}\": write NAME=value, with quotes around a "
                "value that has blanks",
                base::cut(word, 100)));
        }
        named[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return named;
}

std::string fill_in_names(const std::vector<Placeholder>& parts,
                          const std::vector<std::string>& words) {
    using Kind = Placeholder::Kind;
    const auto named = named_arguments(words);
    std::set<std::string> missing;
    std::string filled;
    for (const Placeholder& part : parts) {
        if (part.kind == Kind::name) {
            if (const auto found = named.find(part.text); found != named.end()) {
                filled += found->second;
            } else {
                missing.emplace(part.text);
            }
        } else if (part.kind == Kind::position) {
            filled += fmt::format("${}", part.position + 1);
        } else if (part.kind == Kind::all) {
            filled += fmt::format("${}", kAllArguments);
        } else {
            filled += part.kind == Kind::dollar ? "$" : part.text;
        }
    }
    if (!missing.empty()) {
        throw base::Error(fmt::format(
            "the prompt needs arguments that are missing: {}=…",
            base::join(std::vector<std::string>(missing.begin(), missing.end()), "=…, ")));
    }
    return filled;
}

}  // namespace

CustomPrompt parse_custom_prompt(std::string name, std::string path, std::string_view text) {
    CustomPrompt prompt;
    prompt.name = std::move(name);
    prompt.path = std::move(path);
    prompt.content = text;
    const std::vector<std::string_view> lines = base::split_lines(text);
    if (lines.empty() || base::trim(lines.front()) != kFence) return prompt;
    CustomPrompt with_matter = prompt;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (base::trim(lines[i]) != kFence) {
            take_front_matter(lines[i], with_matter);
            continue;
        }
        const auto end = static_cast<std::size_t>(lines[i].data() - text.data()) + lines[i].size();
        with_matter.content = end < text.size() ? text.substr(end + 1) : std::string_view();
        return with_matter;
    }
    return prompt;
}

std::vector<CustomPrompt> load_custom_prompts(const fs::path& codex_home) {
    std::vector<CustomPrompt> prompts;
    std::error_code error;
    for (fs::directory_iterator entry(codex_home / "prompts", error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path& path = entry->path();
        std::error_code ignored;
        if (!base::equals_ignoring_case(path.extension().string(), ".md") ||
            !fs::is_regular_file(fs::symlink_status(path, ignored)) ||
            !base::is_valid_utf8(path.stem().string()))
            continue;
        try {
            const auto text = base::read_file_if_exists(path, kMaxPromptBytes);
            if (text && base::is_valid_utf8(*text))
                prompts.push_back(parse_custom_prompt(path.stem().string(), path.string(), *text));
        } catch (const base::Error&) {
            // Not ours to read, or too large for a prompt.
        }
    }
    std::sort(prompts.begin(), prompts.end(), [](const CustomPrompt& a, const CustomPrompt& b) {
        return std::tie(a.name, a.path) < std::tie(b.name, b.path);
    });
    return prompts;
}

std::string expand_prompt(std::string_view content, std::string_view arguments) {
    using Kind = Placeholder::Kind;
    const std::vector<Placeholder> parts = parse_placeholders(content);
    const std::vector<std::string> words = split_arguments(arguments);
    if (std::any_of(parts.begin(), parts.end(),
                    [](const Placeholder& part) { return part.kind == Kind::name; }))
        return fill_in_names(parts, words);
    std::string filled;
    for (const Placeholder& part : parts) {
        switch (part.kind) {
            case Kind::text:
            case Kind::name:
                filled += part.text;
                break;
            case Kind::dollar:
                filled += '$';
                break;
            case Kind::position:
                if (part.position < words.size()) filled += words[part.position];
                break;
            case Kind::all:
                filled += base::join(words, " ");
                break;
        }
    }
    return filled;
}

std::optional<std::string> expand_invocation(std::string_view text,
                                             const std::vector<CustomPrompt>& prompts) {
    text = base::trim(text);
    if (!text.starts_with(kInvocation)) return std::nullopt;
    text.remove_prefix(kInvocation.size());
    const std::size_t blank = std::min(text.find_first_of(kBlanks), text.size());
    const std::string_view name = text.substr(0, blank);
    const auto prompt = std::find_if(prompts.begin(), prompts.end(),
                                     [&](const CustomPrompt& one) { return one.name == name; });
    if (prompt == prompts.end()) return std::nullopt;
    return expand_prompt(prompt->content, text.substr(blank));
}

}  // namespace codex::agent
