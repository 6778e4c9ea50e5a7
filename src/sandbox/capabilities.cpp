#include "sandbox/capabilities.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace codex::sandbox {

void forbid_capabilities() {
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0;
         ++capability) {
    }
    if (errno == EPERM) return;
    // EINVAL: above the last one that the kernel knows.
    if (errno != EINVAL) base::throw_errno("PR_CAPBSET_DROP");
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                               SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0 && errno != EPERM)
        base::throw_errno("PR_SET_SECUREBITS");
}

void drop_capabilities() {
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        base::throw_errno("PR_CAP_AMBIENT");
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &header, sets) != 0) base::throw_errno("capset");
    if (::syscall(SYS_capget, &header, sets) != 0) base::throw_errno("capget");
    for (const __user_cap_data_struct& set : sets) {
        if (set.permitted != 0 || set.effective != 0 || set.inheritable != 0)
            throw base::Error("capabilities are left after all were dropped");
    }
}

void set_no_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) base::throw_errno("PR_SET_NO_NEW_PRIVS");
}

}  // namespace codex::sandbox
