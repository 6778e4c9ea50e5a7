// The one place that sees the process's arguments and environment.
#include <unistd.h>

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/log.h"
#include "cli/run.h"
#include "loop/signals.h"
#include "process/process.h"
#include "sandbox/enforce.h"

int main(int argc, char** argv) {
    using namespace codex;
    const base::Environment environment = base::Environment::take_from_process(::environ);
    base::wipe(::environ);
    // Opened again with the secrets to mask, once they are known.
    base::open_log(0, nullptr);
    const bool in_workflow = environment.find_nonempty("GITHUB_ACTIONS").has_value();
    return cli::run_to_exit_code([&] {
        sandbox::harden_broker();
        loop::block_signals();
        process::become_subreaper();
        const std::vector<std::string> arguments(argv, argv + argc);
        return cli::run(cli::parse_command_line(arguments, in_workflow), environment);
    });
}
