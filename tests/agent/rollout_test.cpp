#include "agent/rollout.h"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "json/value.h"
#include "tests/support/lib/fake_clock.h"
#include "tests/support/lib/run_program.h"
#include "tests/support/lib/temp_dir.h"

using namespace codex::agent;
using namespace codex::protocol;
using namespace codex::test;
using codex::base::read_file;
using codex::json::parse;
namespace fs = std::filesystem;

namespace {

constexpr const char* kId = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001";

SessionMeta meta_of(std::string id) {
    return {std::move(id), "2026-11-27T00:00:00.000Z", "/w", "codex_exec", "0.1.0"};
}

const std::vector<RolloutItem>& items_of_each_kind() {
    static const std::vector<RolloutItem> items = {
        Item(Message{Role::user, "Go.", ""}),
        Item(FunctionCall{"c", "made up.name", "{}"}),
        Item(FunctionCallOutput{"c", "out\n\"x\""}),
        TurnContext{"/w", ApprovalPolicy::never, WorkspaceWrite{}, "gpt", ReasoningEffort::low},
        EventMsg(UserMessage{"Go."}),
        Compacted{"old form", {}},
        Compacted{"sum", std::vector<Item>{Message{Role::user, "sum", ""}}},
        EventMsg(TurnAborted{TurnAbortReason::interrupted}),
        UnknownLine{"world_state", parse(R"({"a":[1]})")},
    };
    return items;
}

// Writes below the folder in CODEX_TEST_FOLDER and says how many lines stand there.
void write_until_killed() {
    const codex::base::SystemClock clock;
    RolloutWriter writer =
        RolloutWriter::create(std::getenv("CODEX_TEST_FOLDER"), meta_of(kId), clock);
    for (int i = 1;; ++i) {
        writer.append(Item(Message{Role::user, std::to_string(i) + std::string(2000, 'x'), ""}));
        std::printf("%d\n", i);
        std::fflush(stdout);
    }
}

}  // namespace

TEST_CASE("a conversation is recorded line by line where the original looks for it") {
    const TempDir home;
    const FakeClock clock;
    RolloutWriter writer = RolloutWriter::create(home.path(), meta_of(kId), clock);
    const codex::base::LocalTime now = codex::base::local_time(clock.wall());
    char name[100];
    std::snprintf(name, sizeof name,
                  "sessions/%04d/%02d/%02d/rollout-%04d-%02d-%02dT%02d-%02d-%02d-%s.jsonl",
                  now.year, now.month, now.day, now.year, now.month, now.day, now.hour, now.minute,
                  now.second, kId);
    CHECK(writer.path() == home / name);
    struct stat info = {};
    REQUIRE(::stat(writer.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 0600);
    CHECK(read_file(writer.path()) ==
          R"({"timestamp":"2026-11-27T00:00:00.000Z","type":"session_meta","payload":{)"
          R"("id":"0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001","timestamp":"2026-11-27T00:00:00.000Z",)"
          R"("cwd":"/w","originator":"codex_exec","cli_version":"0.1.0","instructions":null}})"
          "\n");

    writer.append(Item(Message{Role::assistant, "Fine.", ""}));
    const std::string text = read_file(writer.path());
    CHECK(text.substr(text.find('\n') + 1) ==
          R"({"timestamp":"2026-11-27T00:00:00.000Z","type":"response_item","payload":{)"
          R"("type":"message","role":"assistant",)"
          R"("content":[{"type":"output_text","text":"Fine."}]}})"
          "\n");
}

TEST_CASE("what is recorded is read back, in its order") {
    const TempDir home;
    const FakeClock clock;
    SessionMeta meta = meta_of(kId);
    meta.git = GitInfo{"abc", "main", "https://x"};
    meta.source = "exec";
    meta.extra.set("model_provider", "openai");
    RolloutWriter writer = RolloutWriter::create(home.path(), meta, clock);
    for (const RolloutItem& item : items_of_each_kind()) writer.append(item);
    const Rollout rollout = read_rollout(writer.path());
    CHECK(rollout.meta == meta);
    CHECK(rollout.items == items_of_each_kind());
    CHECK(rollout.skipped_lines == 0);
}

TEST_CASE("events that stream by are not recorded") {
    CHECK(is_recorded(AgentMessage{"x"}));
    CHECK(is_recorded(TokenCount{}));
    CHECK(is_recorded(ExitedReviewMode{}));
    CHECK_FALSE(is_recorded(AgentMessageDelta{"x"}));
    CHECK_FALSE(is_recorded(ExecCommandOutputDelta{}));
    CHECK_FALSE(is_recorded(TaskStarted{}));
    const TempDir home;
    const FakeClock clock;
    RolloutWriter writer = RolloutWriter::create(home.path(), meta_of(kId), clock);
    writer.append(EventMsg(AgentMessageDelta{"x"}));
    CHECK(read_rollout(writer.path()).items.empty());
}

TEST_CASE("a file that was cut anywhere is read up to there, and goes on with whole lines") {
    const TempDir home;
    const FakeClock clock;
    RolloutWriter writer = RolloutWriter::create(home.path(), meta_of(kId), clock);
    const std::size_t meta_size = read_file(writer.path()).size();
    for (const RolloutItem& item : items_of_each_kind()) writer.append(item);
    const std::string text = read_file(writer.path());
    const RolloutItem next = Item(Message{Role::user, "next", ""});
    for (std::size_t size = meta_size; size <= text.size(); size += 7) {
        const std::string kept = text.substr(0, size);
        write_file(home / "cut.jsonl", kept);
        RolloutWriter::resume(home / "cut.jsonl", clock).append(next);
        const Rollout rollout = read_rollout(home / "cut.jsonl");
        const auto whole = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n')) - 1;
        INFO(size);
        // The last line may be whole but for its end.
        REQUIRE(rollout.items.size() >= whole + 1);
        REQUIRE(rollout.items.size() + rollout.skipped_lines <= whole + 2);
        REQUIRE(rollout.items.back() == next);
        for (std::size_t i = 0; i < whole; ++i)
            REQUIRE(rollout.items[i] == items_of_each_kind()[i]);
    }
}

TEST_CASE("lines of other programs and no lines at all cost only themselves") {
    const TempDir home;
    write_file(home / "r.jsonl",
               "\n\x01\x02\n[]\n{\"type\":7}\n"
               R"({"type":"event_msg","payload":{"type":"later"}})"
               "\n"
               R"({"type":"session_meta","payload":{"id":"first","timestamp":"t","cwd":"/"}})"
               "\n"
               R"({"type":"session_meta","payload":{"id":"second","timestamp":"t","cwd":"/"}})"
               "\n"
               R"({"type":"response_item","payload":{"type":"message"}})"
               "\n"
               R"({"type":"turn_context"})"
               "\n");
    const Rollout rollout = read_rollout(home / "r.jsonl");
    CHECK(rollout.meta.id == "first");
    CHECK(rollout.skipped_lines == 3);
    CHECK(rollout.items ==
          std::vector<RolloutItem>{EventMsg(UnknownEvent{parse(R"({"type":"later"})")}),
                                   SessionMeta{"second", "t", "/"},
                                   UnknownLine{"response_item", parse(R"({"type":"message"})")},
                                   UnknownLine{"turn_context", {}}});
}

TEST_CASE("a file that is no record of a conversation is refused") {
    const TempDir home;
    const auto error_of = [&](const std::string& content) {
        write_file(home / "r.jsonl", content);
        try {
            read_rollout(home / "r.jsonl");
        } catch (const codex::base::Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(error_of("") == "empty session file " + (home / "r.jsonl").string());
    CHECK(error_of(" \n\n") == "empty session file " + (home / "r.jsonl").string());
    CHECK(error_of("{}\n") == "cannot read session file " + (home / "r.jsonl").string() +
                                  ": it has no session_meta line");
    CHECK_THROWS_AS(read_rollout(home / "none"), codex::base::SystemError);
    const FakeClock clock;
    CHECK_THROWS_AS(RolloutWriter::create(home.path(), meta_of("../x"), clock),
                    codex::base::ConfigError);
    RolloutWriter::create(home.path(), meta_of(kId), clock);
    CHECK_THROWS_AS(RolloutWriter::create(home.path(), meta_of(kId), clock),
                    codex::base::SystemError);
}

TEST_CASE("conversations are listed newest first, those without a word of the user left out") {
    const TempDir home;
    FakeClock clock;
    const std::string ids[] = {
        "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0001", "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0002",
        "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0003", "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0004"};
    std::vector<fs::path> paths;
    for (const std::string& id : ids) {
        RolloutWriter writer = RolloutWriter::create(home.path(), meta_of(id), clock);
        paths.push_back(writer.path());
        writer.append(
            EventMsg(UserMessage{"<environment_context>", InputMessageKind::environment_context}));
        if (id != ids[1]) writer.append(EventMsg(UserMessage{"words of " + id}));
        clock.advance(std::chrono::hours(24 * 40));
    }
    write_file(home / "sessions" / "2026" / "11" / "notes.txt", "x");
    write_file(home / "sessions" / "odd" / "rollout-x.jsonl", "x");
    const std::vector<RolloutSummary> all = list_rollouts(home.path(), 100);
    REQUIRE(all.size() == 3);
    CHECK(all[0] == RolloutSummary{paths[3], meta_of(ids[3]), "words of " + ids[3]});
    CHECK(all[1].path == paths[2]);
    CHECK(all[2].path == paths[0]);
    CHECK(list_rollouts(home.path(), 1).size() == 1);
    CHECK(list_rollouts(home / "none", 100).empty());

    CHECK(find_rollout(home.path(), ids[1]) == paths[1]);
    CHECK(find_rollout(home.path(), codex::base::to_upper(ids[1])) == paths[1]);
    for (const char* id : {"0192aaaa-bbbb-7ccc-8ddd-eeeeffff0009", "", "x", "0001", "../../etc"})
        CHECK(find_rollout(home.path(), id) == std::nullopt);
}

// Not for its own sake: the next case starts it as a program.
TEST_CASE("writes a rollout until it is killed", "[.writes-until-killed]") {
    write_until_killed();
}

TEST_CASE("a kill -9 costs at most the line that was being written") {
    for (int round = 0; round < 3; ++round) {
        const TempDir home;
        Program program;
        program.argv = {std::string(CODEX_BINARY_DIR) + "/test_agent", "[.writes-until-killed]"};
        program.environment = plain_environment();
        program.environment.push_back("CODEX_TEST_FOLDER=" + home.path().string());
        RunningProgram child(program);
        REQUIRE(child.wait_for_output("\n200\n"));
        child.send_signal(SIGKILL);
        const ProgramResult result = child.wait();
        CHECK(result.signal == SIGKILL);
        const auto said =
            static_cast<std::size_t>(std::count(result.out.begin(), result.out.end(), '\n'));

        const auto file = find_rollout(home.path(), kId);
        REQUIRE(file);
        const codex::base::SystemClock clock;
        RolloutWriter::resume(*file, clock).append(Item(Message{Role::user, "resumed", ""}));
        const Rollout rollout = read_rollout(*file);
        CHECK(rollout.skipped_lines <= 1);
        // What the child told of was on disk, and at most one line more.
        REQUIRE(rollout.items.size() - 1 >= 200);
        std::size_t number = 0;
        for (const RolloutItem& item : rollout.items) {
            const auto& message = std::get<Message>(std::get<Item>(item));
            if (&item == &rollout.items.back()) {
                CHECK(message.text == "resumed");
            } else {
                REQUIRE(message.text == std::to_string(++number) + std::string(2000, 'x'));
            }
        }
        CHECK(said <= number + 10);  // Catch2 writes a few lines of its own
    }
}
