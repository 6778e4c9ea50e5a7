// The one place that sees the process's arguments and environment.
#include <fmt/format.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
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
    const auto complain = [](std::string_view message) {
        base::log(base::LogLevel::error, message);
    };
    const bool in_workflow = environment.find_nonempty("GITHUB_ACTIONS").has_value();
    try {
        sandbox::harden_broker();
        loop::block_signals();
        process::become_subreaper();
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        return cli::run(cli::parse_arguments(arguments, in_workflow), environment);
    } catch (const base::ConfigError& error) {
        complain(error.what());
        return cli::kUsage;
    } catch (const base::Interrupted& error) {
        complain(error.what());
        return cli::kInterrupted;
    } catch (const base::Error& error) {
        complain(error.what());
        return cli::kFailed;
    } catch (const std::bad_alloc&) {
        complain("out of memory");
        return cli::kFailed;
    } catch (const std::exception& error) {
        complain(fmt::format("internal error: {}", error.what()));
        return cli::kFailed;
    }
}
