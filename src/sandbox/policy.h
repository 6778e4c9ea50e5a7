// What a sandboxed command may do, as a value that crosses from the broker to the worker.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/codec.h"
#include "sandbox/file_tasks.h"

namespace codex::sandbox {

enum class Mode { read_only, workspace_write, danger_full_access };

/// What to do where the kernel lacks a layer: refuse to run, run with what there is and say so, or
/// no sandbox.
enum class Requirement { required, best_effort, off };

/// `loopback`: the command talks to servers that it started itself, on 127.0.0.1 and ::1, and to
/// nobody else.
enum class Network { none, loopback, full };

struct Limits {
    std::uint64_t cpu_seconds = 600;
    std::uint64_t file_bytes = std::uint64_t{1} << 30;  // one file written
    /// Of each process; 0: not limited. `data_bytes` bounds the private memory it may write to
    /// (RLIMIT_DATA), `address_space_bytes` all it maps: so much more, because JavaScript engines
    /// reserve 8 GiB for each WebAssembly memory. Programs built with AddressSanitizer reserve
    /// terabytes and start only without both.
    std::uint64_t data_bytes = std::uint64_t{8} << 30;
    std::uint64_t address_space_bytes = std::uint64_t{64} << 30;
    std::uint64_t open_files = 1024;
    std::uint64_t processes = 512;  // of the worker's uid; only where the uid is dropped
};

struct Policy {
    Mode mode = Mode::read_only;
    Requirement requirement = Requirement::required;
    std::string workspace;                // absolute; readable, in workspace_write writable
    std::vector<std::string> readable;    // further absolute paths: all beneath may be read
    std::vector<std::string> writable;    // further roots in workspace_write
    bool exclude_slash_tmp = false;       // workspace_write: /tmp is no writable root
    bool exclude_tmpdir_env_var = false;  // nor is what TMPDIR of the command names
    /// Beneath writable roots, and yet not to be changed. Where the kernel lets us they are
    /// mounted read-only; what is not there cannot be.
    std::vector<std::string> protected_paths;
    Network network = Network::none;
    Limits limits;
    /// Uid and gid to become when we are root: the owner of the workspace. 0 keeps root without
    /// capabilities.
    std::uint32_t run_as_uid = 0;
    std::uint32_t run_as_gid = 0;
};

/// Whether an absolute path is one of the protected ones, or beneath one.
inline bool is_protected(std::string_view path, const Policy& policy) {
    return std::any_of(policy.protected_paths.begin(), policy.protected_paths.end(),
                       [path](const std::string& kept) {
                           return path.starts_with(kept) &&
                                  (path.size() == kept.size() || path[kept.size()] == '/');
                       });
}

/// The job that the worker reads from descriptor kRequestFd: enforce `policy` on itself, then do
/// `argv`, or the one task with files instead.
struct WorkerRequest {
    Policy policy;
    std::optional<FileRead> read = {};
    std::optional<PatchTask> patch = {};
    std::vector<std::string> argv;  // of execve; argv[0] is looked up in PATH of `environment`
    std::vector<std::string> environment;  // exactly this, "NAME=value"
    std::string working_directory;         // absolute
    std::int32_t broker_pid = 0;           // the worker dies with it
};

/// The worker's report on descriptor kReportFd (JSON, one line; the last line counts, for an exec
/// that failed adds one); closed without a word never happens.
struct WorkerReport {
    bool ready = false;  // the sandbox stands and the program is being executed
    /// Not ready: the layer, the kernel's word, the way out. Ready: why the program was not
    /// executed after all.
    std::string error;
    std::vector<std::string> layers;   // those in force: "landlock abi 7", "seccomp", "uid 1001"
    std::vector<std::string> missing;  // layers that are not in force and why
};

inline constexpr int kRequestFd = 3;
inline constexpr int kReportFd = 4;
/// Exit status when the sandbox could not be set up: the report says why. A program that is not
/// there or cannot be executed is 127 or 126.
inline constexpr int kWorkerFailed = 125;

}  // namespace codex::sandbox

template <>
struct codex::json::EnumNames<codex::sandbox::Mode> {
    using Mode = codex::sandbox::Mode;
    static constexpr std::pair<Mode, std::string_view> names[] = {
        {Mode::read_only, "read-only"},
        {Mode::workspace_write, "workspace-write"},
        {Mode::danger_full_access, "danger-full-access"}};
};
template <>
struct codex::json::EnumNames<codex::sandbox::Requirement> {
    using Requirement = codex::sandbox::Requirement;
    static constexpr std::pair<Requirement, std::string_view> names[] = {
        {Requirement::required, "required"},
        {Requirement::best_effort, "best-effort"},
        {Requirement::off, "off"}};
};
template <>
struct codex::json::EnumNames<codex::sandbox::Network> {
    using Network = codex::sandbox::Network;
    static constexpr std::pair<Network, std::string_view> names[] = {
        {Network::none, "none"}, {Network::loopback, "loopback"}, {Network::full, "full"}};
};
template <>
struct codex::json::Describe<codex::sandbox::Limits> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::Limits;
        v("cpu_seconds", &T::cpu_seconds);
        v("file_bytes", &T::file_bytes);
        v("data_bytes", &T::data_bytes);
        v("address_space_bytes", &T::address_space_bytes);
        v("open_files", &T::open_files);
        v("processes", &T::processes);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::Policy> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::Policy;
        v("mode", &T::mode);
        v("requirement", &T::requirement);
        v("workspace", &T::workspace);
        v("readable", &T::readable);
        v("writable", &T::writable);
        v("exclude_slash_tmp", &T::exclude_slash_tmp);
        v("exclude_tmpdir_env_var", &T::exclude_tmpdir_env_var);
        v("protected_paths", &T::protected_paths);
        v("network", &T::network);
        v("limits", &T::limits);
        v("run_as_uid", &T::run_as_uid);
        v("run_as_gid", &T::run_as_gid);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::WorkerRequest> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::WorkerRequest;
        v("policy", &T::policy);
        v("read", &T::read);
        v("patch", &T::patch);
        v("argv", &T::argv);
        v("environment", &T::environment);
        v("working_directory", &T::working_directory);
        v("broker_pid", &T::broker_pid);
    }
};
template <>
struct codex::json::Describe<codex::sandbox::WorkerReport> {
    template <class V>
    static void fields(V& v) {
        using T = codex::sandbox::WorkerReport;
        v("ready", &T::ready);
        v("error", &T::error);
        v("layers", &T::layers);
        v("missing", &T::missing);
    }
};
