#include "cli/config_command.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "base/printable.h"
#include "base/redactor.h"
#include "cli/print.h"
#include "cli/run.h"
#include "config/files.h"
#include "config/load.h"
#include "config/repository_file.h"
#include "config/tree.h"
#include "json/value.h"

namespace codex::cli {
namespace {

void log_warnings(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) base::log_warning(warning);
}

// What a file holds may be the value of a variable that is a secret.
base::Redactor make_redactor(const base::Environment& environment) {
    base::Redactor redactor;
    for (const char* name :
         {"OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_OPENAI_API_KEY", "INPUT_OPENAI_API_KEY",
          "GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}) {
        if (const auto value = environment.find_nonempty(name)) redactor.add(*value);
    }
    return redactor;
}

}  // namespace

int run_config_show(const ConfigShow& command, const base::Environment& environment) {
    config::LoadOptions options{.environment = environment,
                                .assignments = command.assignments,
                                .is_strict = command.is_strict};
    if (command.profile)
        options.assignments.push_back("profile=" + json::render(json::Value(*command.profile)));
    const config::LoadedConfig loaded = config::load_config(config::read_layers(options));
    log_warnings(loaded.warnings);
    print(make_redactor(environment).redact(config::render_config(loaded, command.show)));
    return kDone;
}

int run_config_schema() {
    print(json::render_pretty(config::repository_file_schema()) + "\n");
    return kDone;
}

int run_config_check(const ConfigCheck& command) {
    std::string text;
    try {
        text = base::read_file(command.file, config::kMaxTomlBytes);
    } catch (const base::Error& error) {
        throw base::ConfigError(error.what());
    }
    log_warnings(
        config::load_config(
            {.user_file = config::SourceText{command.file, std::move(text)}, .is_strict = true})
            .warnings);
    print(base::render_controls(command.file) + ": ok\n");
    return kDone;
}

}  // namespace codex::cli
