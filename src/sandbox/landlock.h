// Landlock: what may be read, written and executed, and by ABI also TCP and signals (landlock(7)).
#pragma once

#include <string>
#include <vector>

#include "sandbox/policy.h"

namespace codex::sandbox {

/// The kernel's ABI version, 0 when it has no Landlock or it is switched off.
int landlock_abi();

/// Paths of the system that every command may read and execute; what is missing is skipped.
/// Landlock cannot take a part back, so /etc is named file by file and holds no secret.
const std::vector<std::string>& readable_system_paths();

/// Restricts this thread for good, with the rights that `abi` knows. Paths of the policy must be
/// real ones: a symbolic link on the way is refused, because a command may have put it there.
/// Needs no_new_privs. Throws base::Error.
void restrict_with_landlock(const Policy& policy, int abi);

/// What a kernel of `abi` cannot do, each with what that means; empty at ABI 6 and later.
std::vector<std::string> landlock_gaps(int abi, const Policy& policy);

}  // namespace codex::sandbox
