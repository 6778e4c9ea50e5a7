// Loopback where the kernel grants no network namespace: a supervisor makes, binds and connects the
// command's sockets.
#include "sandbox/supervisor.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "sandbox/supervised_sockets.h"
#include "tests/support/lib/text.h"
#include "worker_fixture.h"

using namespace codex::sandbox;
using codex::process::Ending;
using codex::process::Exited;
using codex::process::Signalled;
using codex::process::TimedOut;
using codex::test::has;

namespace {

using Words = std::vector<std::string>;

/// A sandbox whose kernel grants no namespaces.
class Supervised : public Sandbox {
  public:
    explicit Supervised(Words wrapper = {}) : wrapper_(std::move(wrapper)) {
        policy.network = Network::loopback;
        // A JavaScript engine or Python wants a home and a temporary folder.
        policy.mode = Mode::workspace_write;
        environment = {"PATH=/usr/bin:/bin", "HOME=" + workspace()};
        wrapper_.insert(wrapper_.end(), {child(), "without_namespaces"});
    }
    Outcome run(Words argv, const Words& further = {}) {
        Words wrapper = wrapper_;
        wrapper.insert(wrapper.end(), further.begin(), further.end());
        return run_program(std::move(argv), std::move(wrapper));
    }
    /// What the child program printed of some behaviours.
    std::string attempt(Words behaviours) {
        behaviours.insert(behaviours.begin(), child());
        return output(std::move(behaviours));
    }
    std::string output(Words argv) {
        const Outcome outcome = run(std::move(argv));
        INFO("error: " << outcome.report.error);
        REQUIRE(outcome.report.ready);
        REQUIRE(outcome.report.error.empty());
        return std::string(codex::base::trim(outcome.result.output));
    }
    std::string without_sandbox(Words behaviours) {
        policy.mode = Mode::danger_full_access;
        std::string said = attempt(std::move(behaviours));
        policy.mode = Mode::workspace_write;
        return said;
    }

  private:
    Words wrapper_;
};

/// Those that a worker may run as: root's child with the uid dropped, root itself, another user.
void for_each_user(void (*body)(Supervised&)) {
    Supervised sandbox;
    body(sandbox);
    if (!Sandbox::is_root()) return;
    Supervised as_root;
    as_root.policy.run_as_uid = as_root.policy.run_as_gid = 0;
    REQUIRE(::chown(as_root.workspace().c_str(), 0, 0) == 0);
    body(as_root);
    Supervised ordinary({"/usr/bin/setpriv", "--reuid=1001", "--regid=1001", "--clear-groups"});
    body(ordinary);
}

bool has_connection(const Listener& listener) {
    pollfd events = {.fd = listener.get(), .events = POLLIN, .revents = 0};
    return ::poll(&events, 1, 0) == 1;
}

int free_port() {
    const Listener listener = listen_on_loopback();
    return listener.port();
}

bool is_alive(const std::string& pid) {
    return ::kill(static_cast<pid_t>(codex::base::parse_integer(pid).value()), 0) == 0;
}

}  // namespace

TEST_CASE("supervised: a command talks to its own servers and not to those of the machine") {
    for_each_user([](Supervised& sandbox) {
        const Listener machine = listen_on_loopback();
        const std::string port = std::to_string(machine.port());
        CHECK(sandbox.attempt({"serve_and_connect", "--", "serve_in_another_process", "--",
                               "connect_again", "--", "connect_again_without_waiting", "--",
                               "connect_tcp", port}) ==
              "through\nanswer question\nECONNREFUSED ok\nECONNREFUSED ok\nECONNREFUSED");
        CHECK_FALSE(has_connection(machine));
        CHECK(sandbox.without_sandbox({"connect_tcp", port}) == "ok");
        CHECK(has_connection(machine));
    });
}

TEST_CASE("supervised: it is said, and why") {
    Supervised sandbox;
    const auto report = sandbox.run({"/bin/true"}).report;
    CHECK(report.layers.back() == "loopback supervisor");
    CHECK(*(report.layers.end() - 2) == "seccomp");
    CHECK(std::any_of(report.missing.begin(), report.missing.end(), [](const std::string& line) {
              return line ==
                     "network namespace (unshare(CLONE_NEWNET): Operation not permitted): a "
                     "supervisor "
                     "makes, binds and connects the command's sockets instead, TCP on loopback "
                     "only; its "
                     "servers can be reached by other processes of the machine";
          }) == Sandbox::is_root());
}

TEST_CASE("supervised: every address means loopback, and others are not there") {
    Supervised sandbox;
    CHECK(sandbox.attempt({"where_bound", "0.0.0.0", "--", "where_bound", "127.1.2.3", "--",
                           "where_bound", "10.0.0.1", "--", "listen_unbound"}) ==
          "127.0.0.1\n127.1.2.3\nEADDRNOTAVAIL\n127.0.0.1");
    CHECK(sandbox.without_sandbox({"where_bound", "0.0.0.0", "--", "listen_unbound"}) ==
          "0.0.0.0\n0.0.0.0");
    if (sandbox.without_sandbox({"where_bound", "::"}) == "::") {
        CHECK(sandbox.attempt({"where_bound", "::"}) == "::ffff:127.0.0.1");
    }
}

TEST_CASE("supervised: nothing but TCP, and nothing that connects without being asked about") {
    Supervised sandbox;
    const Listener machine = listen_on_loopback();
    const std::string port = std::to_string(machine.port());
    const std::string fast_open = std::to_string(MSG_FASTOPEN);
    struct Row {
        Words behaviour;
        std::string said;
    };
    const Row rows[] = {
        {{"socket", "inet", "datagram"}, "EPERM"},
        {{"socket", "inet6", "datagram"}, "EPERM"},
        {{"socket", "inet", "raw"}, "EPERM"},
        {{"socket", "netlink", "raw"}, "EPERM"},
        {{"socket", "unix", "stream"}, "EPERM"},
        {{"connect_unix", "/var/run/docker.sock"}, "EPERM"},
        {{"pair", "stream"}, "ok"},
        {{"pair", "datagram"}, "EPERM"},
        {{"io_uring"}, "EPERM"},
        {{"send_to_port", "sendto", "0", port}, "EPERM"},
        {{"send_to_port", "sendto", fast_open, port}, "EPERM"},
        {{"send_to_port", "sendmsg", fast_open, port}, "EPERM"},
        {{"send_to_port", "sendmmsg", fast_open, port}, "EPERM"},
        {{"set_socket_option", "6", "30"}, "EPERM"},  // TCP_FASTOPEN_CONNECT
        {{"set_socket_option", "0", "4"}, "EPERM"},   // IP_OPTIONS
        {{"set_socket_option", "1", "62"}, "EPERM"},  // SO_BINDTOIFINDEX
        {{"set_socket_option", "6", "1"}, "ok"},      // TCP_NODELAY
    };
    for (const Row& row : rows) {
        CAPTURE(row.behaviour);
        CHECK(sandbox.attempt(row.behaviour) == row.said);
    }
    CHECK_FALSE(has_connection(machine));
    CHECK(sandbox.without_sandbox({"send_to_port", "sendto", fast_open, port, "--",
                                   "set_socket_option", "6", "30", "--", "set_socket_option", "0",
                                   "4", "--", "set_socket_option", "1", "62"}) == "ok\nok\nok\nok");
    CHECK(has_connection(machine));
}

TEST_CASE("supervised: an address that is exchanged after the check is never used") {
    const std::string rounds = "1000";
    Supervised sandbox;
    const Listener machine = listen_on_loopback();
    const std::string port = std::to_string(machine.port());
    CHECK(sandbox.attempt({"exchange_address", port, rounds}) == "own");
    CHECK_FALSE(has_connection(machine));
    CHECK(has(sandbox.without_sandbox({"exchange_address", port, "20000"}), "other"));
}

TEST_CASE("supervised: a port is the command's no longer than it listens there") {
    Supervised sandbox;
    const std::string port = std::to_string(free_port());
    const std::string closed = sandbox.workspace() + "/closed";
    const std::string taken = sandbox.workspace() + "/taken";
    for (const std::string& fifo : {closed, taken}) {
        REQUIRE(::mkfifo(fifo.c_str(), 0666) == 0);
        REQUIRE(::chmod(fifo.c_str(), 0666) == 0);
    }
    std::optional<Listener> machine;
    std::jthread other([&] {
        const codex::base::UniqueFd told(::open(closed.c_str(), O_RDONLY | O_CLOEXEC));
        char byte = 0;
        if (::read(told.get(), &byte, 1) != 1) return;
        machine.emplace(listen_on_loopback(codex::base::parse_integer(port).value()));
        const codex::base::UniqueFd fd(::open(taken.c_str(), O_WRONLY | O_CLOEXEC));
        codex::base::write_all(fd.get(), "x");
    });
    CHECK(sandbox.attempt({"serve_and_close", port, "--", "write", closed, "x", "--", "read", taken,
                           "--", "connect_tcp", port}) == "ok\nok\nx\nECONNREFUSED");
    other.join();
    REQUIRE(machine);
    CHECK_FALSE(has_connection(*machine));
}

TEST_CASE("supervised: a full server keeps only its own clients waiting", "[slow]") {
    Supervised sandbox;
    CHECK(sandbox.attempt({"wait_for_full_server", "2"}) == "through, 2 of 2");
}

TEST_CASE("supervised: sockets that were closed do not count, those that are kept do") {
    Supervised sandbox;
    CHECK(sandbox.attempt({"make_sockets", std::to_string(3 * kMostOpenSockets), "--",
                           "serve_and_connect"}) == "ok\nthrough");
    CHECK(sandbox.attempt(
              {"keep_sockets", std::to_string(2 * kMostOpenSockets), "--", "serve_and_connect"}) ==
          std::to_string(kMostOpenSockets) + " EMFILE\nthrough");
}

TEST_CASE("supervised: servers and clients of Python and of Node come through") {
    Supervised sandbox;
    const std::string python =
        "import http.server, threading, urllib.request as r\n"
        "for host in '127.0.0.1', '', 'localhost':\n"
        "    s = http.server.ThreadingHTTPServer((host, 0), http.server.SimpleHTTPRequestHandler)\n"
        "    threading.Thread(target=s.serve_forever, daemon=True).start()\n"
        "    for name in '127.0.0.1', 'localhost':\n"
        "        print(r.urlopen('http://%s:%d/file' % (name, s.server_port)).read().decode())\n"
        "    s.shutdown()\n";
    CHECK(has(sandbox.output({"/usr/bin/python3", "-c", python}),
              "text\ntext\ntext\ntext\ntext\ntext"));
    if (::access("/usr/bin/node", X_OK) != 0) return;
    const std::string node =
        "const http = require('http');\n"
        "const ask = (host, name, next) => {\n"
        "  const s = http.createServer((_, r) => r.end('served')).listen(0, host, () =>\n"
        "    http.get({host: name, port: s.address().port}, r => {\n"
        "      r.on('data', d => console.log(`${d}`)); r.on('end', () => {s.close(); next()})}));\n"
        "};\n"
        "ask('127.0.0.1', '127.0.0.1', () => ask(undefined, '127.0.0.1', () =>\n"
        "  ask(undefined, 'localhost', () => ask(undefined, '::1', () => {}))));\n";
    CHECK(sandbox.output({"/usr/bin/node", "-e", node}) == "served\nserved\nserved\nserved");
}

TEST_CASE("supervised: the command ends as without a supervisor") {
    Supervised sandbox;
    const std::string child = sandbox.child();
    struct Row {
        Words argv;
        Ending ending;
    };
    const Row rows[] = {
        {{child, "exit", "7"}, Exited{7}},
        {{child, "crash"}, Signalled{SIGKILL}},
        {{"/bin/sh", "-c", "kill -TERM $$"}, Signalled{SIGTERM}},
        {{"/bin/sh", "-c", "kill -SEGV $$"}, Signalled{SIGSEGV}},
        {{"/bin/sh", "-c", "kill -TERM $PPID; exit 3"}, Exited{3}},
        {{"/bin/sh", "-c", "trap '' TERM; kill -TERM 0; exit 4"}, Exited{4}},
        {{"/bin/sh", "-c", "kill -KILL $PPID; sleep 60"}, Signalled{SIGKILL}},
        {{"no-such-program"}, Exited{127}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.argv);
        CHECK(sandbox.run(row.argv).result.ending == row.ending);
    }
}

TEST_CASE("supervised: session, descriptors and signals are the command's own") {
    for_each_user([](Supervised& sandbox) {
        CHECK(sandbox.attempt({"print_session", "--", "print_fds", "--", "print_signals", "--",
                               "print_folder"}) ==
              "leads its session and group\n0 1 2\nall default, none blocked\n" +
                  sandbox.workspace());
    });
}

TEST_CASE("supervised: the supervisor's memory and descriptors are closed to the command") {
    for_each_user([](Supervised& sandbox) {
        CHECK(sandbox.output({"/bin/sh", "-c",
                              "for part in fd/0 mem environ maps; do\n"
                              "  { : < /proc/$PPID/$part; } 2>/dev/null && echo $part\n"
                              "  { : < /proc/self/$part; } 2>/dev/null || echo no $part\n"
                              "done"}) == "");
    });
}

TEST_CASE("supervised: nothing outlives the command, nor its timeout") {
    Supervised sandbox;
    const std::string daemon = sandbox.attempt({"spawn_daemon"});
    CHECK_FALSE(is_alive(daemon));
    sandbox.timeout = std::chrono::milliseconds(500);
    const auto outcome = sandbox.run({sandbox.child(), "ignore_signals", "--", "spawn_daemon", "--",
                                      "print", "here", "--", "sleep_for_ever"});
    CHECK(outcome.result.ending == Ending(TimedOut{sandbox.timeout}));
    const auto lines = codex::base::split_lines(outcome.result.output);
    REQUIRE(lines.size() == 3);
    CHECK(lines[2] == "here");
    CHECK_FALSE(is_alive(std::string(lines[1])));
}

TEST_CASE("supervised: where the supervisor may not read memory, the command is refused by name") {
    Supervised sandbox;
    const auto outcome = sandbox.run({"/bin/true"}, {sandbox.child(), "without_memory_of_others"});
    CHECK_FALSE(outcome.report.ready);
    CHECK(has(outcome.report.error, "neither a namespace (unshare(CLONE_"));
    CHECK(has(outcome.report.error,
              "nor a loopback supervisor (a bind by the supervisor, for which "
              "kernel.yama.ptrace_scope must not be above 1: Operation not permitted)"));
    CHECK(outcome.result.ending == Ending(Exited{kWorkerFailed}));
}
