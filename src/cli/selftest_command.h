// codex-action selftest: the attempts of an attacker, made in the sandbox of this very machine.
#pragma once

namespace codex::cli {

/// Makes every attempt once without the sandbox and then in each of its modes, and prints a table.
/// Returns kDone when the sandbox held, kFailed when something came through, which is named. Throws
/// base::Error when the attempts could not be made at all.
int run_selftest();

}  // namespace codex::cli
