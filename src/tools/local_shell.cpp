#include "tools/local_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "json/codec.h"

namespace codex::tools {
namespace {

struct ExecAction {
    std::string type;
    std::vector<std::string> command;
    std::optional<std::string> working_directory;
    std::optional<std::int64_t> timeout_ms;
    std::optional<std::map<std::string, std::string>> env;
};

struct ShellWish {
    std::vector<std::string> command;
    std::optional<std::string> workdir;
    std::optional<std::int64_t> timeout_ms;
};

/// As POSIX has it (IEEE Std 1003.1-2017, 8.1); env(1) would take others for options or programs.
bool is_variable_name(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && is_letter(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::ExecAction> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::ExecAction;
        v("type", &T::type);
        v("command", &T::command);
        v("working_directory", &T::working_directory);
        v("timeout_ms", &T::timeout_ms);
        v("env", &T::env);
    }
};
template <>
struct codex::json::Describe<codex::tools::ShellWish> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::ShellWish;
        v("command", &T::command);
        v("workdir", &T::workdir);
        v("timeout_ms", &T::timeout_ms);
    }
};

namespace codex::tools {
namespace {

class LocalShell final : public Tool {
  public:
    explicit LocalShell(Tool& shell) : shell_(shell) {}

    const ToolSpec& spec() const override { return spec_; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        ShellWish wish;
        try {
            ExecAction action = json::decode<ExecAction>(json::parse(arguments, "the action"));
            if (action.type != "exec")
                return failed(fmt::format("the action is {} and not exec",
                                          base::utf8_prefix(action.type, kMaxQuoted)));
            if (action.env && !action.env->empty()) {
                wish.command.emplace_back("env");
                for (const auto& [name, value] : *action.env) {
                    if (!is_variable_name(name))
                        return failed(fmt::format("{} is no name of a variable",
                                                  base::utf8_prefix(name, kMaxQuoted)));
                    wish.command.push_back(fmt::format("{}={}", name, value));
                }
                if (action.command.empty()) return failed("command names no program");
            }
            wish.command.insert(wish.command.end(), action.command.begin(), action.command.end());
            wish.workdir = std::move(action.working_directory);
            wish.timeout_ms = action.timeout_ms;
        } catch (const json::JsonError& error) {
            return {fmt::format("The action of local_shell cannot be read: {}", error.what()),
                    false};
        }
        return shell_.call(json::render(json::encode(wish)), cancel);
    }

  private:
    static constexpr std::size_t kMaxQuoted = 100;
    static ToolOutput failed(const std::string& why) {
        return {"local_shell was not executed: " + why, false};
    }

    Tool& shell_;
    ToolSpec spec_ = local_shell_spec();
};

}  // namespace

ToolSpec local_shell_spec() {
    return {.name = "local_shell",
            .description = {},
            .parameters = json::Value::object({}),
            .kind = ToolKind::hosted};
}

std::unique_ptr<Tool> make_local_shell(Tool& shell) {
    return std::make_unique<LocalShell>(shell);
}

}  // namespace codex::tools
