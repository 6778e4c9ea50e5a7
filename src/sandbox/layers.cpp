#include "sandbox/layers.h"

#include <algorithm>
#include <charconv>

namespace codex::sandbox {
namespace {

constexpr std::string_view kLandlock = "landlock abi ";

// The order is that of enforcement (enforce.cpp).
constexpr Layer kLayers[] = {
    {"session", "keys typed into the caller's terminal, signals to its group", "any",
     WithoutIt::refused, "session"},
    {"death with the broker", "a command that outlives a killed run, unless it asked to", "any",
     WithoutIt::refused, "dies with the broker"},
    {"supervision", "daemons and grandchildren that outlive the command, its time-out included",
     "5.3", WithoutIt::refused, "session"},
    {"resource limits", "processor time, memory, files and their size, core files", "any",
     WithoutIt::refused, "limits"},
    {"out-of-memory order", "the broker being killed for the command's memory", "any",
     WithoutIt::refused, "dies first"},
    {"process count", "fork bombs; with a uid dropped, or in a user namespace", "5.14",
     WithoutIt::reported, "process count"},
    {"read-only mounts",
     "changes to .git's control files, .codex, .agents; modes and owners outside", "5.12",
     WithoutIt::reported, "read-only mounts"},
    {"network namespace", "with network=loopback: everything but the command's own servers", "3.0",
     WithoutIt::by_policy, "network namespace"},
    {"loopback supervisor", "the same where there is no such namespace; TCP only", "5.14",
     WithoutIt::by_policy, "loopback supervisor"},
    {"bounding set", "capabilities by set-id or capable programs", "any", WithoutIt::refused,
     "bounding set"},
    {"uid", "files, sockets and processes of root and other users, docker.sock among them", "any",
     WithoutIt::reported, "uid "},
    {"no capabilities", "mounts, tracing, raw sockets, reading past permissions", "any",
     WithoutIt::refused, "no capabilities"},
    {"no new privileges", "sudo, su and every other set-id program", "3.5", WithoutIt::refused,
     "no new privileges"},
    {"landlock: files",
     "reading and writing all that the policy does not name",
     "5.13",
     WithoutIt::refused,
     {},
     1},
    {"landlock: renames",
     "(allows renames and links between folders)",
     "5.19",
     WithoutIt::reported,
     {},
     2},
    {"landlock: truncation",
     "emptying files; before: by seccomp, everywhere",
     "6.2",
     WithoutIt::reported,
     {},
     3},
    {"landlock: TCP",
     "connecting and listening; before: by seccomp alone",
     "6.7",
     WithoutIt::reported,
     {},
     4},
    {"landlock: devices", "ioctl on devices", "6.10", WithoutIt::reported, {}, 5},
    {"landlock: scopes",
     "signals to, and abstract sockets of, processes outside",
     "6.12",
     WithoutIt::reported,
     {},
     6},
    {"seccomp", "sockets, io_uring, ptrace, namespaces, mounts, keys, bpf, modules, foreign calls",
     "3.17", WithoutIt::refused, "seccomp"},
};

int landlock_abi_of(const WorkerReport& report) {
    for (const std::string& layer : report.layers) {
        int abi = 0;
        if (layer.starts_with(kLandlock) &&
            std::from_chars(layer.data() + kLandlock.size(), layer.data() + layer.size(), abi).ec ==
                std::errc())
            return abi;
    }
    return 0;
}

}  // namespace

std::span<const Layer> layers() {
    return kLayers;
}

LayerState state_of(const Layer& layer, const WorkerReport& report) {
    const bool in_force =
        layer.landlock_abi > 0
            ? landlock_abi_of(report) >= layer.landlock_abi
            : std::any_of(report.layers.begin(), report.layers.end(), [&](const std::string& name) {
                  return name.starts_with(layer.reported_as);
              });
    return in_force ? LayerState::in_force : LayerState::missing;
}

std::string_view render(WithoutIt without_it) {
    switch (without_it) {
        case WithoutIt::refused:
            return "refused";
        case WithoutIt::reported:
            return "reported";
        case WithoutIt::by_policy:
            return "refused if asked for";
    }
    return "";
}

}  // namespace codex::sandbox
