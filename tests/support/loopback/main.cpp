// Plays GitHub's API and a model API on 127.0.0.1 from a scenario folder: the demo's and the
// end-to-end tests' other side.
//
//   loopback --scenario DIR --journal FILE [--name TEST] [--diff FILE] [--state FILE] [--set
//   KEY=VALUE]…
//
// DIR holds github.json (see ../loopback/github.h), model.json (../loopback/model.h) and
// faults.json, a list of {method, path (with '*'), skip, times, status, headers, body, apply (act
// first, then fail), drop, delay_ms, gzip_bomb, send_only}. Prints "listening on
// http://127.0.0.1:PORT"; ends when standard input closes, and then writes what
// it holds to --state. GET /_state gives what was written.
// GitHub answers beneath / and /api/v3, the model beneath /v1. Every request is a line of the
// journal.
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "tests/support/lib/http_server.h"
#include "tests/support/loopback/github.h"
#include "tests/support/loopback/model.h"

namespace {

using codex::json::Value;
using loopback::Answer;
using loopback::Request;

struct Options {
    std::string scenario;
    std::string journal;
    std::string name;
    std::string diff;
    std::string state;
    std::map<std::string, std::string> values;
};

struct Fault {
    Value rule;
    std::int64_t skip = 0;
    std::int64_t times = 1;
};

Request parse_request(const std::string& raw) {
    Request request;
    const std::size_t end = raw.find("\r\n\r\n");
    const auto lines = codex::base::split(std::string_view(raw).substr(0, end), '\n');
    const auto words = codex::base::split(codex::base::trim(lines.front()), ' ');
    request.method = words[0];
    const std::string_view target = words[1];
    request.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string_view::npos)
        request.query = target.substr(target.find('?') + 1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::size_t colon = lines[i].find(':');
        if (colon == std::string_view::npos) continue;
        request.headers[codex::base::to_lower(lines[i].substr(0, colon))] =
            codex::base::trim(lines[i].substr(colon + 1));
    }
    if (end != std::string::npos) request.body = raw.substr(end + 4);
    return request;
}

class Server {
  public:
    explicit Server(const Options& options)
        : options_(options),
          github_(loopback::read_scenario(options.scenario, "github.json", options.values),
                  options.diff.empty() ? std::string() : codex::base::read_file(options.diff)),
          model_(loopback::read_scenario(options.scenario, "model.json", options.values)) {
        const Value faults =
            loopback::read_scenario(options.scenario, "faults.json", options.values);
        if (const auto* rules = faults.as_array()) {
            for (const Value& rule : *rules) {
                faults_.push_back({rule, loopback::integer_at(rule, "skip"),
                                   loopback::integer_at(rule, "times", 1)});
            }
        }
    }

    void serve(codex::test::ServerConnection& connection) {
        while (const auto raw = connection.read_request()) {
            Request request = parse_request(*raw);
            const Answer answer = answer_locked(request);
            if (!send(connection, answer)) return;
        }
    }

    std::string state() {
        const std::lock_guard lock(mutex_);
        return codex::json::render_pretty(github_.state());
    }

  private:
    Answer answer_locked(Request& request) {
        const std::lock_guard lock(mutex_);
        if (request.path == "/_state") return loopback::json_answer(200, github_.state());
        const std::string full_path = request.path;
        const bool is_model = request.path.rfind("/v1/", 0) == 0;
        std::string prefix;
        if (request.path.rfind("/api/v3/", 0) == 0) {
            prefix = "/api/v3";
            request.path = request.path.substr(prefix.size());
        } else if (request.path == "/api/graphql") {
            request.path = "/graphql";
        }
        Answer answer =
            with_faults(request, is_model, "http://" + request.headers["host"] + prefix);
        if (!is_model) answer.delay_ms += github_.latency_ms();
        if (!is_model) answer.headers.emplace_back("X-GitHub-Request-Id", "C0DE:1");
        write_journal(request, full_path, is_model, answer.status);
        return answer;
    }

    Answer with_faults(const Request& request, bool is_model, const std::string& base) {
        const auto act = [&] {
            return is_model ? model_.answer(request) : github_.answer(request, base);
        };
        for (Fault& fault : faults_) {
            const Value& rule = fault.rule;
            const std::string method = loopback::string_at(rule, "method");
            if (!method.empty() && method != request.method) continue;
            if (!loopback::matches(loopback::string_at(rule, "path", "*"), request.path)) continue;
            if (fault.skip > 0) {
                --fault.skip;
                continue;
            }
            if (fault.times == 0) continue;
            --fault.times;
            Answer answer;
            if (loopback::bool_at(rule, "apply") || rule.find("status") == nullptr) answer = act();
            if (rule.find("status") != nullptr) {
                answer = {};
                answer.status = static_cast<int>(loopback::integer_at(rule, "status"));
                const Value* body = rule.find("body");
                answer.body = body == nullptr                ? "{}"
                              : body->as_string() != nullptr ? *body->as_string()
                                                             : codex::json::render(*body);
            }
            if (const Value* headers = rule.find("headers")) {
                for (const auto& [name, value] : headers->as_object()->members()) {
                    answer.headers.emplace_back(name, *value.as_string());
                }
            }
            answer.drop = loopback::bool_at(rule, "drop");
            answer.stall = loopback::bool_at(rule, "stall");
            answer.delay_ms = static_cast<int>(loopback::integer_at(rule, "delay_ms"));
            if (const Value* only = rule.find("send_only"))
                answer.send_only = static_cast<std::size_t>(*only->as_integer());
            return answer;
        }
        return act();
    }

    void write_journal(const Request& request, const std::string& path, bool is_model, int status) {
        codex::json::Object headers;
        for (const auto& [name, value] : request.headers) headers.set(name, value);
        codex::json::Object line;
        line.set("server", is_model ? "model" : "github");
        line.set("method", request.method);
        line.set("path", path);
        line.set("query", request.query);
        line.set("headers", std::move(headers));
        line.set("body", request.body);
        line.set("status", status);
        line.set("test", options_.name);
        const bool has_lines =
            request.method == "POST" && request.path.find("/pulls/") != std::string::npos;
        if (has_lines) line.set("diff", github_.diff());
        codex::base::append_to_file(options_.journal, codex::json::render(line) + "\n");
    }

    // False when the connection is to end.
    bool send(codex::test::ServerConnection& connection, const Answer& answer) {
        // Latency of the played network, not a wait for anything.
        if (answer.delay_ms > 0) ::usleep(static_cast<unsigned>(answer.delay_ms) * 1000U);
        if (answer.drop) return false;
        std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Played\r\n";
        for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
        if (!answer.is_stream) {
            head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
            connection.write(head + answer.body.substr(0, answer.send_only));
            if (answer.stall) connection.wait_for_close();
            return answer.send_only == std::string::npos && !answer.stall;
        }
        connection.write(head + "Transfer-Encoding: chunked\r\n\r\n");
        for (const std::string& piece : answer.pieces) {
            char size[32];
            std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
            connection.write(size + piece + "\r\n");
        }
        if (answer.stall) connection.wait_for_close();
        if (answer.cut || answer.stall) return false;
        connection.write("0\r\n\r\n");
        return true;
    }

    const Options& options_;
    std::mutex mutex_;
    loopback::GitHub github_;
    loopback::Model model_;
    std::vector<Fault> faults_;
};

Options parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--scenario") options.scenario = value;
        if (name == "--journal") options.journal = value;
        if (name == "--name") options.name = value;
        if (name == "--diff") options.diff = value;
        if (name == "--state") options.state = value;
        if (name == "--set")
            options.values[value.substr(0, value.find('='))] = value.substr(value.find('=') + 1);
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Options options = parse_options(argc, argv);
        if (options.scenario.empty() || options.journal.empty()) {
            std::fputs(
                "usage: loopback --scenario DIR --journal FILE [--name TEST] [--diff FILE] [--set "
                "KEY=VALUE]...\n",
                stderr);
            return 2;
        }
        Server server(options);
        codex::test::HttpServer http([&](codex::test::ServerConnection& connection, std::size_t) {
            server.serve(connection);
        });
        std::printf("listening on %s\n", http.url("").c_str());
        std::fflush(stdout);
        char byte = 0;
        while (::read(STDIN_FILENO, &byte, 1) > 0) {
        }
        if (!options.state.empty())
            codex::base::write_file_atomically(options.state, server.state());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "loopback: %s\n", error.what());
        return 1;
    }
}
