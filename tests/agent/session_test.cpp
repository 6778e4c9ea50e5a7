#include "agent/session.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

#include "tests/model/streams.h"

using namespace codex::test;
using namespace codex::agent;
using codex::base::Interrupted;
using codex::json::Array;
using codex::json::Value;
using codex::model::ModelError;
using codex::model::ModelErrorKind;
using codex::protocol::FunctionCall;
using codex::protocol::FunctionCallOutput;
using codex::protocol::Item;
using codex::protocol::Message;
using codex::protocol::Reasoning;
using codex::protocol::Role;
using codex::protocol::TokenUsage;
using codex::tools::ToolOutput;

namespace {

class ScriptedTool final : public codex::tools::Tool {
  public:
    using Script = std::function<ToolOutput(std::string_view arguments)>;
    ScriptedTool(std::string name, Script script)
        : spec_{std::move(name), "Does it.", Value::object({{"type", "object"}})},
          script_(std::move(script)) {}

    const codex::tools::ToolSpec& spec() const override { return spec_; }
    ToolOutput call(std::string_view arguments, const codex::loop::Cancel*) override {
        calls.emplace_back(arguments);
        return script_(arguments);
    }

    std::vector<std::string> calls;

  private:
    codex::tools::ToolSpec spec_;
    Script script_;
};

ScriptedTool echo() {
    return {"echo", [](std::string_view arguments) {
                return ToolOutput{"did " + std::string(arguments), true};
            }};
}

Message user(std::string text) {
    return {Role::user, std::move(text), ""};
}

Message assistant(std::string text) {
    return {Role::assistant, std::move(text), ""};
}

struct SessionRig : ModelRig {
    std::vector<std::string> happened;
    codex::model::Client client;

    explicit SessionRig(std::vector<FakeAnswer> answers)
        : ModelRig(std::move(answers)), client(transport, quick_provider()) {}

    static codex::model::Provider quick_provider() {
        auto made = provider();
        made.request_max_retries = 0;
        made.stream_max_retries = 1;
        return made;
    }

    Session session(std::vector<codex::tools::Tool*> tools = {}, Limits limits = {}) {
        SessionOptions options;
        options.model = "gpt-x";
        options.instructions = "Review.";
        options.reasoning_effort = "low";
        options.limits = limits;
        SessionEvents events;
        events.on_text = [this](std::string_view delta) {
            happened.push_back("text " + std::string(delta));
        };
        events.on_tool_begin = [this](const FunctionCall& call) {
            happened.push_back("begin " + call.call_id);
        };
        events.on_tool_end = [this](const FunctionCall& call, const ToolOutput& output) {
            happened.push_back("end " + call.call_id + (output.success ? ": " : " failed: ") +
                               output.text);
        };
        return Session(client, std::move(tools), std::move(options), clock, std::move(events));
    }

    Value input(std::size_t request) const { return *body(request).find("input"); }
};

TurnResult run(Session& session, const SessionRig& rig, std::string_view input = "Go.") {
    return session.run_turn(input, std::nullopt, &rig.cancel);
}

Value rendered(const std::vector<Item>& items) {
    Array array;
    for (const Item& item : items) array.push_back(codex::protocol::render_item(item));
    return array;
}

// Each call of the history has exactly one output, behind it.
void check_paired(const std::vector<Item>& history) {
    std::multiset<std::string> open;
    for (const Item& item : history) {
        if (const auto* call = std::get_if<FunctionCall>(&item)) open.insert(call->call_id);
        if (const auto* output = std::get_if<FunctionCallOutput>(&item)) {
            const auto found = open.find(output->call_id);
            REQUIRE(found != open.end());
            open.erase(found);
        }
    }
    CHECK(open.empty());
}

FakeAnswer answer_of(const std::vector<Value>& items, int input = 10, int output = 5) {
    return streaming(stream_of(items, usage_of(input, output)));
}

FakeAnswer words(std::string_view text) {
    return streaming(text_delta(text) + stream_of({message_item(text)}));
}

FakeAnswer call(std::string_view id, std::string_view tool = "echo",
                std::string_view arguments = "{}") {
    return answer_of({call_item(id, tool, arguments)});
}

template <class Exception>
std::string message_of_turn(Session& session, const SessionRig& rig) {
    const auto error = thrown_by<Exception>([&] { run(session, rig); });
    return error ? error->what() : "";
}

}  // namespace

TEST_CASE("a turn without tool calls is one request and its message") {
    SessionRig rig({words("Fine.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    const TurnResult result = run(session, rig);
    CHECK(result.last_message == "Fine.");
    CHECK(result.usage == TokenUsage{10, 0, 5, 0, 15});
    CHECK(result.tool_calls == 0);
    CHECK(session.history() == std::vector<Item>{user("Go."), assistant("Fine.")});
    CHECK(rig.happened == std::vector<std::string>{"text Fine."});
    REQUIRE(rig.requests() == 1);

    codex::model::ModelRequest expected;
    expected.model = "gpt-x";
    expected.instructions = "Review.";
    expected.input = {user("Go.")};
    expected.tools = {
        codex::model::FunctionTool{"echo", "Does it.", Value::object({{"type", "object"}})}};
    expected.reasoning_effort = "low";
    expected.prompt_cache_key = *rig.body(0).find("prompt_cache_key")->as_string();
    CHECK(rig.body(0) == codex::model::render_request(expected, rig.provider()));
}

TEST_CASE("a conversation has one cache key, and another has another") {
    SessionRig rig({call("c1"), words("Fine.")});
    auto tool = echo();
    Session first = rig.session({&tool});
    Session second = rig.session({&tool});
    run(first, rig);
    run(first, rig);
    run(second, rig);
    const auto key = [&](std::size_t request) {
        return *rig.body(request).find("prompt_cache_key")->as_string();
    };
    REQUIRE(rig.requests() == 4);
    CHECK(key(0).size() == 36);
    CHECK(key(1) == key(0));
    CHECK(key(2) == key(0));
    CHECK(key(3) != key(0));
}

TEST_CASE("calls are run until the model has no more, each answered once") {
    SessionRig rig({answer_of({reasoning_item("rs_1", "c2VjcmV0"), message_item("I look."),
                               call_item("c1", "echo", "{\"n\":1}")},
                              100, 10),
                    answer_of({call_item("c2", "echo", "not JSON")}, 200, 20), words("Done.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    const TurnResult result = run(session, rig);
    CHECK(result.last_message == "Done.");
    CHECK(result.tool_calls == 2);
    CHECK(result.usage == TokenUsage{310, 0, 35, 0, 345});
    CHECK(session.usage() == result.usage);
    CHECK(tool.calls == std::vector<std::string>{"{\"n\":1}", "not JSON"});
    CHECK(session.history() ==
          std::vector<Item>{user("Go."), Reasoning{"rs_1", {}, "c2VjcmV0"}, assistant("I look."),
                            FunctionCall{"c1", "echo", "{\"n\":1}"},
                            FunctionCallOutput{"c1", "did {\"n\":1}"},
                            FunctionCall{"c2", "echo", "not JSON"},
                            FunctionCallOutput{"c2", "did not JSON"}, assistant("Done.")});
    CHECK(rig.happened == std::vector<std::string>{"begin c1", "end c1: did {\"n\":1}", "begin c2",
                                                   "end c2: did not JSON", "text Done."});
    // Each request holds the whole history so far.
    const std::vector<Item>& history = session.history();
    CHECK(rig.input(0) == rendered({history.begin(), history.begin() + 1}));
    CHECK(rig.input(1) == rendered({history.begin(), history.begin() + 5}));
    CHECK(rig.input(2) == rendered({history.begin(), history.begin() + 7}));
}

TEST_CASE("several calls of one answer are followed by their outputs in order") {
    SessionRig rig({answer_of({call_item("c1", "echo", "1"), message_item("and"),
                               call_item("c2", "missing", "2"), call_item("c3", "echo", "3")}),
                    words("Done.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    CHECK(run(session, rig).tool_calls == 3);
    CHECK(session.history() ==
          std::vector<Item>{user("Go."), FunctionCall{"c1", "echo", "1"}, assistant("and"),
                            FunctionCall{"c2", "missing", "2"}, FunctionCall{"c3", "echo", "3"},
                            FunctionCallOutput{"c1", "did 1"},
                            FunctionCallOutput{"c2", "unsupported call: missing"},
                            FunctionCallOutput{"c3", "did 3"}, assistant("Done.")});
    CHECK(rig.happened == std::vector<std::string>{"begin c1", "end c1: did 1", "begin c2",
                                                   "end c2 failed: unsupported call: missing",
                                                   "begin c3", "end c3: did 3", "text Done."});
}

TEST_CASE("a tool that fails and a tool of an odd name are told to the model") {
    SessionRig rig(
        {call("c1"), call("c2", "functions.echo\xF0\x9F\x98\x80"), call("c3", ""), words("Done.")});
    ScriptedTool failing("echo", [](std::string_view) {
        return ToolOutput{"no such file", false};
    });
    Session session = rig.session({&failing});
    CHECK(run(session, rig).last_message == "Done.");
    CHECK(session.history() ==
          std::vector<Item>{
              user("Go."), FunctionCall{"c1", "echo", "{}"},
              FunctionCallOutput{"c1", "no such file"},
              FunctionCall{"c2", "functions.echo\xF0\x9F\x98\x80", "{}"},
              FunctionCallOutput{"c2", "unsupported call: functions.echo\xF0\x9F\x98\x80"},
              FunctionCall{"c3", "", "{}"}, FunctionCallOutput{"c3", "unsupported call: "},
              assistant("Done.")});
    CHECK(rig.happened[1] == "end c1 failed: no such file");
}

TEST_CASE("an absurd tool name does not come back in full") {
    SessionRig rig({call("c1", std::string(100'000, 'n')), words("Done.")});
    Session session = rig.session();
    run(session, rig);
    CHECK(std::get<FunctionCallOutput>(session.history()[2]).output.size() < 200);
}

TEST_CASE("a turn with a schema offers no tools, and runs none") {
    SessionRig rig({words("Looked."), call("c1"), words("{\"findings\":[]}")});
    auto tool = echo();
    Session session = rig.session({&tool});
    run(session, rig);
    const Value schema = Value::object({{"type", "object"}});
    const TurnResult answer = session.run_turn("Report.", schema, &rig.cancel);
    CHECK(answer.last_message == "{\"findings\":[]}");
    CHECK(tool.calls.empty());
    CHECK(*rig.body(0).find("tools") != Value(Array()));
    CHECK(rig.body(0).find("text") == nullptr);
    for (const std::size_t request : {std::size_t{1}, std::size_t{2}}) {
        CHECK(*rig.body(request).find("tools") == Value(Array()));
        CHECK(*rig.body(request).at("text", "format", "schema") == schema);
    }
    CHECK(session.history() == std::vector<Item>{user("Go."), assistant("Looked."), user("Report."),
                                                 FunctionCall{"c1", "echo", "{}"},
                                                 FunctionCallOutput{"c1", "unsupported call: echo"},
                                                 assistant("{\"findings\":[]}")});
}

TEST_CASE("results are those of a turn, usage that of the conversation") {
    SessionRig rig({call("c1"), words("One."), call("c2"), answer_of({}, 1000, 0)});
    auto tool = echo();
    Session session = rig.session({&tool});
    CHECK(run(session, rig).usage == TokenUsage{20, 0, 10, 0, 30});
    const TurnResult second = run(session, rig, "More.");
    CHECK(second.usage == TokenUsage{1010, 0, 5, 0, 1015});
    CHECK(second.tool_calls == 1);
    // An answer without any message is no message of an earlier turn.
    CHECK(second.last_message.empty());
    CHECK(session.usage() == TokenUsage{1030, 0, 15, 0, 1045});
}

TEST_CASE("the last message is the assistant's own") {
    SessionRig rig({answer_of(
        {message_item("First."), message_item("Second."),
         Value::object({{"type", "message"}, {"role", "user"}, {"content", "I am the user."}})})});
    Session session = rig.session();
    CHECK(run(session, rig).last_message == "Second.");
}

TEST_CASE("each limit ends the turn, named, with the history complete") {
    struct Row {
        const char* what;
        Limits limits;
        const char* message;
        std::size_t requests;
    };
    Limits requests;
    requests.max_requests = 3;
    Limits tool_calls;
    tool_calls.max_tool_calls = 2;
    Limits tokens;
    tokens.max_tokens = 60;
    Limits minutes;
    minutes.max_duration = std::chrono::seconds(90);
    Limits nothing;
    nothing.max_tokens = 0;
    const Row rows[] = {
        {"requests", requests, "3 model requests were not enough", 3},
        {"tool calls", tool_calls, "2 tool calls were not enough", 3},
        {"tokens", tokens, "60 tokens are used of max_tokens 60", 4},
        {"minutes", minutes, "1 min 40 s are used of max_minutes 2", 5},
        {"nothing", nothing, "0 tokens are used of max_tokens 0", 0},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        // A model that calls for ever.
        SessionRig rig({call("c")});
        ScriptedTool tool("echo", [&](std::string_view) {
            rig.clock.advance(std::chrono::seconds(20));
            return ToolOutput{"ok", true};
        });
        Session session = rig.session({&tool}, row.limits);
        CHECK(message_of_turn<LimitReached>(session, rig) == row.message);
        CHECK(rig.requests() == row.requests);
        check_paired(session.history());
        // It stays reached.
        CHECK(message_of_turn<LimitReached>(session, rig) == row.message);
        CHECK(rig.requests() == (row.requests == 3 && row.limits.max_tool_calls == 2
                                     ? row.requests + 1
                                     : row.requests));
    }
}

TEST_CASE("tool calls up to the limit are enough, and the rest of an answer is not run") {
    Limits limits;
    limits.max_tool_calls = 2;
    SessionRig enough({call("c1"), call("c2"), words("Done.")});
    auto tool = echo();
    Session session = enough.session({&tool}, limits);
    CHECK(run(session, enough).last_message == "Done.");

    SessionRig rig({answer_of({call_item("c1", "echo"), call_item("c2", "echo"),
                               call_item("c3", "echo"), call_item("c4", "echo")})});
    auto counted = echo();
    Session cut = rig.session({&counted}, limits);
    CHECK(message_of_turn<LimitReached>(cut, rig) == "2 tool calls were not enough");
    CHECK(counted.calls.size() == 2);
    CHECK(cut.history() ==
          std::vector<Item>{user("Go."), FunctionCall{"c1", "echo", "{}"},
                            FunctionCall{"c2", "echo", "{}"}, FunctionCall{"c3", "echo", "{}"},
                            FunctionCall{"c4", "echo", "{}"}, FunctionCallOutput{"c1", "did {}"},
                            FunctionCallOutput{"c2", "did {}"}, FunctionCallOutput{"c3", "aborted"},
                            FunctionCallOutput{"c4", "aborted"}});
}

TEST_CASE(
    "what is thrown while tools run leaves every call with an output, and a later turn works") {
    SessionRig rig(
        {answer_of({call_item("c1", "echo"), call_item("c2", "stop"), call_item("c3", "echo")}),
         words("Again.")});
    auto tool = echo();
    ScriptedTool stop("stop", [](std::string_view) -> ToolOutput {
        throw Interrupted(Interrupted::Reason::signal, "received SIGTERM");
    });
    Session session = rig.session({&tool, &stop});
    CHECK(message_of_turn<Interrupted>(session, rig) == "received SIGTERM");
    const std::vector<Item> history = {
        user("Go."),
        FunctionCall{"c1", "echo", "{}"},
        FunctionCall{"c2", "stop", "{}"},
        FunctionCall{"c3", "echo", "{}"},
        FunctionCallOutput{"c1", "did {}"},
        FunctionCallOutput{"c2", "aborted"},
        FunctionCallOutput{"c3", "aborted"},
    };
    CHECK(session.history() == history);
    CHECK(rig.happened == std::vector<std::string>{"begin c1", "end c1: did {}", "begin c2"});
    CHECK(run(session, rig, "Go on.").last_message == "Again.");
    std::vector<Item> sent = history;
    sent.push_back(user("Go on."));
    CHECK(rig.input(1) == rendered(sent));
}

TEST_CASE("what a listener throws leaves every call with an output") {
    SessionRig rig({answer_of({call_item("c1", "echo"), call_item("c2", "echo")})});
    auto tool = echo();
    for (const bool at_begin : {true, false}) {
        SessionEvents events;
        const auto fail = [] { throw std::runtime_error("disk full"); };
        if (at_begin) {
            events.on_tool_begin = [&](const FunctionCall&) { fail(); };
        } else {
            events.on_tool_end = [&](const FunctionCall&, const ToolOutput&) { fail(); };
        }
        Session session(rig.client, {&tool}, {}, rig.clock, std::move(events));
        CHECK(message_of_turn<std::runtime_error>(session, rig) == "disk full");
        check_paired(session.history());
        CHECK(session.history().size() == 5);
    }
}

TEST_CASE("a turn that is cancelled in the stream adds nothing, and a later turn works") {
    FakeAnswer stalling =
        streaming(item_done(message_item("half")) + item_done(call_item("c1", "echo")));
    stalling.stalls = true;
    SessionRig rig({stalling, words("Again.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    codex::loop::Cancel turn(&rig.cancel);
    rig.loop.after(std::chrono::seconds(3),
                   [&] { turn.request(Interrupted::Reason::deadline, "max_minutes is over"); });
    CHECK_THROWS_AS(session.run_turn("Go.", std::nullopt, &turn), Interrupted);
    CHECK(tool.calls.empty());
    CHECK(session.history() == std::vector<Item>{user("Go.")});
    CHECK(run(session, rig, "Go on.").last_message == "Again.");
    CHECK(rig.input(1) == rendered({user("Go."), user("Go on.")}));
}

TEST_CASE("a stream that was lost in the middle is not in the history twice") {
    SessionRig rig({streaming(item_done(message_item("half")) + item_done(call_item("c1", "echo"))),
                    call("c1"), words("Done.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    CHECK(run(session, rig).last_message == "Done.");
    CHECK(tool.calls.size() == 1);
    CHECK(session.history() == std::vector<Item>{user("Go."), FunctionCall{"c1", "echo", "{}"},
                                                 FunctionCallOutput{"c1", "did {}"},
                                                 assistant("Done.")});
}

TEST_CASE("a refused request keeps what was said and used so far") {
    SessionRig rig({call("c1"), refusing(401), words("Again.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    const auto error = thrown_by<ModelError>([&] { run(session, rig); });
    REQUIRE(error);
    CHECK(error->kind() == ModelErrorKind::bad_key);
    CHECK(session.usage() == TokenUsage{10, 0, 5, 0, 15});
    check_paired(session.history());
    CHECK(run(session, rig, "Go on.").last_message == "Again.");
}

TEST_CASE("a refusal of the model ends the turn, with the calls beside it answered") {
    const Value refusal = Value::object(
        {{"type", "message"},
         {"role", "assistant"},
         {"content", Array{Value::object({{"type", "refusal"}, {"refusal", "I cannot help."}})}}});
    SessionRig rig(
        {answer_of({call_item("c1", "echo"), refusal, call_item("c2", "echo")}), words("Again.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    const auto error = thrown_by<ModelError>([&] { run(session, rig); });
    REQUIRE(error);
    CHECK(error->kind() == ModelErrorKind::content_refused);
    CHECK(error->what() == std::string("the model refused: I cannot help."));
    CHECK(tool.calls.empty());
    CHECK(session.history() == std::vector<Item>{user("Go."), FunctionCall{"c1", "echo", "{}"},
                                                 Message{Role::assistant, "", "I cannot help."},
                                                 FunctionCall{"c2", "echo", "{}"},
                                                 FunctionCallOutput{"c1", "aborted"},
                                                 FunctionCallOutput{"c2", "aborted"}});
    CHECK(session.usage().total_tokens == 15);
    CHECK(run(session, rig, "Go on.").last_message == "Again.");
}

TEST_CASE("an answer that stopped early is a limit, and its calls are not run") {
    SessionRig rig(
        {streaming(item_done(call_item("c1", "echo")) + item_done(reasoning_item("rs_1", "x")) +
                   incomplete("max_output_tokens")),
         words("Again.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    CHECK(message_of_turn<LimitReached>(session, rig) ==
          "the model stopped early: max_output_tokens");
    CHECK(tool.calls.empty());
    CHECK(session.history() == std::vector<Item>{user("Go."), FunctionCall{"c1", "echo", "{}"},
                                                 FunctionCallOutput{"c1", "aborted"}});
    CHECK(session.usage().total_tokens == 15);
    CHECK(run(session, rig, "Go on.").last_message == "Again.");
}

TEST_CASE("reasoning that led to nothing is not kept") {
    // The API refuses reasoning without the item that it led to.
    SessionRig rig(
        {answer_of({message_item("Hm."), reasoning_item("rs_1", "x"), reasoning_item("rs_2", "x")}),
         words("Fine.")});
    Session session = rig.session();
    CHECK(run(session, rig).last_message == "Hm.");
    CHECK(session.history() == std::vector<Item>{user("Go."), assistant("Hm.")});
}

TEST_CASE("what the model must not forget of other kinds goes back as it came") {
    const Value compaction = Value::object({{"type", "compaction"}, {"encrypted_content", "x"}});
    SessionRig rig({answer_of({compaction, call_item("c1", "echo")}), words("Done.")});
    auto tool = echo();
    Session session = rig.session({&tool});
    run(session, rig);
    CHECK((*rig.input(1).as_array())[1] == compaction);
}

TEST_CASE("whatever a model does, each request holds every call with one output") {
    std::mt19937 random(20261127);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    const Value refusal = Value::object(
        {{"type", "message"},
         {"role", "assistant"},
         {"content", Array{Value::object({{"type", "refusal"}, {"refusal", "No."}})}}});
    int turns_done = 0;
    int turns_failed = 0;
    for (int round = 0; round < 4; ++round) {
        INFO("round " << round);
        std::vector<FakeAnswer> answers;
        int id = 0;
        for (int i = 0; i < 12; ++i) {
            std::string stream;
            for (std::size_t items = below(4); items > 0; --items) {
                const char* tools[] = {"echo", "stop", "missing", ""};
                const Value choices[] = {call_item("c" + std::to_string(++id), tools[below(4)]),
                                         message_item("words"), reasoning_item("rs", "x"),
                                         below(8) == 0 ? refusal : message_item("")};
                stream += item_done(choices[below(4)]);
            }
            const std::string ends[] = {completed(),
                                        completed(),
                                        completed(),
                                        incomplete("max_output_tokens"),
                                        failed("invalid_prompt", ""),
                                        ""};
            answers.push_back(below(10) == 0 ? refusing(500) : streaming(stream + ends[below(6)]));
        }
        SessionRig rig(std::move(answers));
        auto tool = echo();
        ScriptedTool stop("stop", [](std::string_view) -> ToolOutput {
            throw Interrupted(Interrupted::Reason::signal, "stopped");
        });
        Limits limits;
        limits.max_requests = 12;
        limits.max_tool_calls = 6;
        Session session = rig.session({&tool, &stop}, limits);
        for (int turn = 0; turn < 6; ++turn) {
            try {
                run(session, rig);
                ++turns_done;
            } catch (const codex::base::Error&) {
                ++turns_failed;
            }
            check_paired(session.history());
        }
        for (std::size_t request = 0; request < rig.requests(); ++request) {
            std::vector<Item> sent;
            const Value input = rig.input(request);
            for (const Value& item : *input.as_array())
                sent.push_back(codex::protocol::parse_item(item));
            check_paired(sent);
            CHECK(std::holds_alternative<Message>(sent.front()));
        }
    }
    CHECK(turns_done > 2);
    CHECK(turns_failed > 4);
}
