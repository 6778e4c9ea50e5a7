// The shell tool: `exec_command` of today's models and `shell` of older ones, run by the worker.
#pragma once

#include <memory>

#include "tools/apply_patch.h"
#include "tools/approval.h"
#include "tools/tool.h"
#include "tools/worker.h"

namespace codex::tools {

struct ShellLimits {
    std::chrono::milliseconds default_timeout{std::chrono::seconds(30)};
    std::chrono::milliseconds max_timeout{std::chrono::minutes(10)};
    std::size_t max_output_bytes = 40'000;  // what the model sees of one call: head and tail
    // One argument of execve(2), its NUL included, is at most 128 KiB.
    std::size_t max_command_bytes = (std::size_t{128} << 10) - 1;
};

/// exec_command {cmd, workdir?, timeout_ms?, max_output_bytes?}: run by `bash -c`. Output text:
/// exit code, wall time, output; non-zero exits are normal results, and so is a time-out (124, with
/// the output until then). workdir is beneath the workspace, which is the default.
///
/// Each command first passes the approver, which must outlive the tool; without one, a policy of
/// `never` applies. Where it can grant leaving the sandbox, the arguments
/// {with_escalated_permissions?, justification?} are offered to ask for it.
///
/// A call that is nothing but a patch (patch_call.h) goes to the patcher where there is one.
std::unique_ptr<Tool> make_exec_command(Worker& worker, ShellLimits limits = {},
                                        Approver* approver = nullptr, Patcher* patcher = nullptr);

/// shell {command: [argv…], workdir?, timeout_ms?}: the older shape, the same execution.
std::unique_ptr<Tool> make_shell(Worker& worker, ShellLimits limits = {},
                                 Approver* approver = nullptr, Patcher* patcher = nullptr);

/// `can_escalate`: with the arguments that ask for leaving the sandbox.
ToolSpec shell_spec(bool can_escalate);

}  // namespace codex::tools
