#include "sandbox/enforce.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/capabilities.h"
#include "sandbox/identity.h"
#include "sandbox/landlock.h"
#include "sandbox/limits.h"
#include "sandbox/namespaces.h"
#include "sandbox/seccomp.h"
#include "sandbox/supervisor.h"

namespace codex::sandbox {
namespace {

class Layers {
  public:
    Layers(Requirement requirement, WorkerReport& report)
        : requirement_(requirement), report_(report) {}

    /// Sets up one layer; `name` is what the report calls it.
    template <class SetUp>
    void add(std::string_view name, SetUp set_up) {
        try {
            set_up();
            report_.layers.emplace_back(name);
        } catch (const base::Error& error) {
            if (requirement_ == Requirement::required) {
                throw SandboxError(fmt::format(
                    "the sandbox layer {} cannot be had: {}. It takes a runner with Linux 5.13 or "
                    "later, such as ubuntu-latest, and in a container a runtime that lets Landlock "
                    "and seccomp through",
                    name, error.what()));
            }
            report_.missing.push_back(fmt::format("{}: {}", name, error.what()));
        }
    }
    void note_missing(std::string text) { report_.missing.push_back(std::move(text)); }

  private:
    Requirement requirement_;
    WorkerReport& report_;
};

bool drops_uid(const Policy& policy) {
    return ::geteuid() == 0 && policy.run_as_uid != 0;
}

void add_identity(const Policy& policy, Layers& layers) {
    if (drops_uid(policy)) {
        layers.add(fmt::format("uid {}", policy.run_as_uid),
                   [&] { become(policy.run_as_uid, policy.run_as_gid); });
    } else if (::geteuid() == 0) {
        layers.add("no groups", leave_groups);
        layers.note_missing("uid: stays root, who owns the workspace, without capabilities");
    } else {
        layers.note_missing(fmt::format(
            "uid: stays {}, with its groups, because the run is not root's", ::geteuid()));
    }
}

/// What sockets the command gets.
struct CommandNetwork {
    Sockets sockets = Sockets::none;
    std::string why_supervised = {};  // the kernel's word against a namespace
};

CommandNetwork add_namespaces(const Policy& policy, Layers& layers) {
    const Namespaces entered = enter_namespaces(policy);
    // A dropped uid's processes are the command's; a user namespace counts its own (Linux 5.14).
    if (entered.user || drops_uid(policy)) {
        layers.add("process count", [&] { limit_processes(policy.limits); });
    } else {
        layers.note_missing("process count: cannot be limited while the uid is not a separate one");
    }
    const auto note_outside = [&](const std::string& why) {
        layers.note_missing(
            fmt::format("read-only mounts outside ({}): modes, owners and times of "
                        "files outside that belong to uid {} can be changed",
                        why, policy.run_as_uid));
    };
    if (entered.mounts) {
        layers.add("read-only mounts", [&] {
            const std::string gap = mount_read_only(policy);
            if (!gap.empty()) note_outside(gap);
        });
    } else if (policy.mode == Mode::workspace_write) {
        layers.note_missing(
            fmt::format("read-only mounts ({}): protected files are compared and "
                        "put back after each command instead",
                        entered.why_no_mounts));
        note_outside(entered.why_no_mounts);
    }
    switch (policy.network) {
        case Network::none:
            return {.sockets = Sockets::none};
        case Network::full:
            return {.sockets = Sockets::internet};
        case Network::loopback:
            break;
    }
    if (!entered.network) {
        layers.note_missing(
            fmt::format("network namespace ({}): a supervisor makes, binds and connects the "
                        "command's sockets instead, TCP on loopback only; its servers can be "
                        "reached by other processes of the machine",
                        entered.why_no_network));
        return {.sockets = Sockets::supervised, .why_supervised = entered.why_no_network};
    }
    layers.add("network namespace", [] {});
    return {.sockets = Sockets::internet};
}

void add_landlock(const Policy& policy, int abi, Layers& layers) {
    layers.add(abi > 0 ? fmt::format("landlock abi {}", abi) : std::string("landlock"), [&] {
        if (abi == 0)
            throw base::Error("the kernel has no Landlock (Linux 5.13), or it is switched off");
        restrict_with_landlock(policy, abi);
    });
    if (abi > 0) {
        for (std::string& gap : landlock_gaps(abi, policy)) layers.note_missing(std::move(gap));
    }
}

/// Refused whatever the requirement is: a command that needs its servers fails without them, and
/// other sockets would reach too far.
void add_supervisor(const FilterOptions& filter, std::string_view no_namespace,
                    WorkerReport& report) {
    try {
        become_supervised(filter);
    } catch (const base::Error& error) {
        throw SandboxError(fmt::format(
            "a network of its own cannot be had for the command, neither a namespace ({}) nor a "
            "loopback supervisor ({})",
            no_namespace, error.what()));
    }
    report.layers.emplace_back("seccomp");
    report.layers.emplace_back("loopback supervisor");
}

}  // namespace

void enforce(const Policy& policy, std::int32_t broker_pid, WorkerReport& report, bool own_code) {
    // The tie to the broker is no restriction: every mode has it.
    Layers always(Requirement::required, report);
    always.add("session", lead_session);
    if (policy.mode == Mode::danger_full_access || policy.requirement == Requirement::off) {
        always.add("dies with the broker", [&] { die_with(broker_pid); });
        always.note_missing(policy.mode == Mode::danger_full_access
                                ? "sandbox: none, the mode is danger-full-access"
                                : "sandbox: none, it was switched off");
        return;
    }
    Layers layers(policy.requirement, report);
    layers.add("limits", [&] { apply_limits(policy.limits); });
    layers.add("dies first without memory", die_first_without_memory);
    const CommandNetwork network = add_namespaces(policy, layers);
    layers.add("bounding set", forbid_capabilities);
    add_identity(policy, layers);
    layers.add("no capabilities", drop_capabilities);
    always.add("dies with the broker", [&] { die_with(broker_pid); });
    layers.add("no new privileges", set_no_new_privileges);
    // What is made for others to read later, is.
    ::umask(022);

    const int abi = landlock_abi();
    add_landlock(policy, abi, layers);
    const FilterOptions filter{.sockets = network.sockets,
                               .read_only = policy.mode == Mode::read_only,
                               .landlock_sees_truncation = abi >= 3,
                               .own_code = own_code};
    if (network.sockets == Sockets::supervised)
        add_supervisor(filter, network.why_supervised, report);
    else
        layers.add("seccomp", [&] { install_filter(filter); });
}

void harden_broker() {
    forbid_core_files();
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) base::throw_errno("PR_SET_DUMPABLE");
    set_no_new_privileges();
}

}  // namespace codex::sandbox
