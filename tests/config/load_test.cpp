#include "config/load.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "base/text.h"
#include "config/encode.h"
#include "config/layers.h"
#include "every_key.h"

namespace codex::config {
namespace {

using test::KeyCase;
using Variables = std::map<std::string, std::string, std::less<>>;

LoadedConfig load_file(std::string text, bool is_strict = false) {
    return load_config(
        {.user_file = SourceText{"config.toml", std::move(text)}, .is_strict = is_strict});
}

std::string errors(const Layers& layers) {
    try {
        load_config(layers);
    } catch (const InvalidConfig& error) {
        return error.what();
    }
    return "no error";
}

std::string file_errors(std::string text, bool is_strict = false) {
    return errors(
        Layers{.user_file = SourceText{"config.toml", std::move(text)}, .is_strict = is_strict});
}

json::Value at(const Config& config, const std::string& path) {
    json::Value value = json::encode(config);
    for (const std::string& part : parse_key(path)) {
        const json::Value* member = value.find(part);
        if (member == nullptr) return nullptr;
        json::Value next = *member;
        value = std::move(next);
    }
    return value;
}

json::Object nest(const std::string& path, json::Value value) {
    const std::vector<std::string> parts = parse_key(path);
    for (std::size_t i = parts.size(); i-- > 1;)
        value = json::Value::object({{parts[i], std::move(value)}});
    json::Object object;
    object.set(parts.front(), std::move(value));
    return object;
}

// JSON's scalars and lists of texts are TOML's.
std::string toml_line(const std::string& path, const json::Value& value) {
    return path + " = " + json::render(value) + "\n";
}

void set_in(Layers& layers, Layer layer, const KeyCase& key, const json::Value& value) {
    const std::string line = toml_line(key.path, value);
    switch (layer) {
        case Layer::system_file:
            layers.system_file->text += line;
            return;
        case Layer::user_file:
            layers.user_file->text = line + layers.user_file->text;
            return;
        case Layer::profile:
            layers.user_file->text += "[profiles.p]\n" + line;
            return;
        case Layer::environment: {
            auto variables = layers.environment.values();
            variables["CODEX_" + base::to_upper(key.path)] =
                value.as_string() != nullptr ? *value.as_string() : json::render(value);
            layers.environment = base::Environment(std::move(variables));
            return;
        }
        case Layer::assignment:
            layers.assignments.push_back(key.path + "=" + json::render(value));
            return;
        case Layer::overrides:
            layers.overrides.other = nest(key.path, value);
            return;
        case Layer::defaults:
        case Layer::repository_file:
            break;
    }
    FAIL("not a layer for every key");
}

std::vector<Layer> layers_of(const KeyCase& key) {
    std::vector<Layer> layers = {Layer::system_file, Layer::user_file};
    const std::string top = parse_key(key.path).front();
    for (const KeyDescription& description : describe_config()) {
        if (description.key.name == top && (description.key.traits & kProfile) != 0)
            layers.push_back(Layer::profile);
    }
    const bool is_scalar = key.key->kind != Kind::texts && key.key->kind != Kind::anything;
    if (key.is_top() && is_scalar && (key.key->key.traits & kNoEffect) == 0)
        layers.push_back(Layer::environment);
    layers.push_back(Layer::assignment);
    layers.push_back(Layer::overrides);
    return layers;
}

TEST_CASE("Every key is read from every layer, and the strongest layer wins") {
    std::size_t checked = 0;
    for (const KeyCase& key : test::every_key()) {
        const std::vector<Layer> all = layers_of(key);
        Layers layers{.system_file = SourceText{"system.toml", test::file_for(key)},
                      .user_file = SourceText{"user.toml", "profile = \"p\"\n"}};
        for (std::size_t i = 0; i < all.size(); ++i) {
            INFO(key.path << " in " << static_cast<int>(all[i]));
            if (all[i] == Layer::system_file && key.path.ends_with(".url"))
                layers.system_file->text.clear();
            if (all[i] == Layer::system_file && (key.path == "mcp_servers.entry.command" ||
                                                 key.path == "model_providers.entry.base_url"))
                layers.system_file->text.clear();
            const json::Value value = key.sample(i);
            set_in(layers, all[i], key, value);
            Layers complete = layers;
            if (complete.user_file->text.find("[profiles.p]") == std::string::npos)
                complete.user_file->text += "[profiles.p]\n";
            const LoadedConfig loaded = load_config(complete);
            CHECK(at(loaded.config, key.path) == value);
            REQUIRE(loaded.origins.contains(key.path));
            CHECK(loaded.origins.at(key.path).layer == all[i]);
            ++checked;
        }
    }
    CHECK(checked > 400);
}

TEST_CASE("What no layer sets has its default and no origin") {
    const LoadedConfig loaded = load_config({});
    CHECK(loaded.config == Config());
    CHECK(loaded.origins.empty());
    CHECK(loaded.warnings.empty());
    CHECK(loaded.config.model_providers.size() == 2);
}

TEST_CASE("Every field of CodexConfig arrives, and wins over the command line") {
    ConfigOverrides o;
    o.model = "m";
    o.review_model = "r";
    o.model_provider = "mine";
    o.approval_policy = protocol::ApprovalPolicy::on_failure;
    o.sandbox_mode = SandboxMode::workspace_write;
    o.sandbox_workspace_write = {.writable_roots = {{"/w"}}, .exclude_slash_tmp = true};
    o.cwd = "/srv";
    o.config_profile = "p";
    o.codex_linux_sandbox_exe = "/x";
    o.shell_environment_policy = {.inherit = protocol::Inherit::all, .set = {{{"A", "b"}}}};
    o.base_instructions = "be good";
    o.include_plan_tool = true;
    o.include_apply_patch_tool = true;
    o.include_view_image_tool = false;
    o.show_raw_agent_reasoning = true;
    o.model_context_window = 1;
    o.model_max_output_tokens = 2;
    o.model_auto_compact_token_limit = 3;
    o.model_reasoning_effort = ReasoningEffort::xhigh;
    o.model_reasoning_summary = ReasoningSummary::none;
    o.model_verbosity = Verbosity::high;
    o.model_supports_reasoning_summaries = true;
    o.model_reasoning_summary_format = SummaryFormat::experimental;
    o.hide_agent_reasoning = true;
    o.chatgpt_base_url = "https://chat.example/";
    o.preferred_auth_method = AuthMethod::apikey;
    o.file_opener = FileOpener::vscode_insiders;
    o.disable_paste_burst = true;
    o.history = {.persistence = HistoryPersistence::none, .max_bytes = 9};
    o.tui = {{"notifications", true}};
    o.notify = {{"say", "done"}};
    o.instructions = "i";
    o.mcp_servers = {{"s", {.command = "c", .args = {{"a"}}, .startup_timeout_ms = 1500}}};
    o.model_providers = {{"mine", {.base_url = "https://mine.example", .request_max_retries = 0}}};
    o.project_doc_max_bytes = 0;
    o.profile = "p";
    o.profiles = {{"p",
                   {.sandbox_mode = SandboxMode::danger_full_access,
                    .experimental_instructions_file = "/from/profile"}}};
    o.tools = {.view_image = true};
    o.projects = {{"/srv/a.b", {.trust_level = TrustLevel::trusted}}};
    o.experimental_resume = "r.jsonl";
    o.experimental_use_exec_command_tool = true;
    o.experimental_use_unified_exec_tool = true;
    o.responses_originator_header_internal_override = "h";
    o.disable_response_storage = true;
    o.tools_web_search_request = true;
    // Set above: all 46 but experimental_instructions_file, which shall come from the profile.
    CHECK(to_json(o).as_object()->members().size() == 45);

    Config expected;
    expected.model = "m";
    expected.review_model = "r";
    expected.model_provider = "mine";
    expected.approval_policy = protocol::ApprovalPolicy::on_failure;
    expected.sandbox_mode = SandboxMode::workspace_write;
    expected.sandbox_workspace_write = {{"/w"}, true, false, true};  // network: command line
    expected.cwd = "/srv";
    expected.codex_linux_sandbox_exe = "/x";
    expected.shell_environment_policy.inherit = protocol::Inherit::all;
    expected.shell_environment_policy.set = {{"A", "b"}};
    expected.base_instructions = "be good";
    expected.include_plan_tool = true;
    expected.include_apply_patch_tool = true;
    expected.show_raw_agent_reasoning = true;
    expected.model_context_window = 1;
    expected.model_max_output_tokens = 2;
    expected.model_auto_compact_token_limit = 3;
    expected.model_reasoning_effort = ReasoningEffort::xhigh;
    expected.model_reasoning_summary = ReasoningSummary::none;
    expected.model_verbosity = Verbosity::high;
    expected.model_supports_reasoning_summaries = true;
    expected.model_reasoning_summary_format = SummaryFormat::experimental;
    expected.hide_agent_reasoning = true;
    expected.chatgpt_base_url = "https://chat.example/";
    expected.preferred_auth_method = AuthMethod::apikey;
    expected.file_opener = FileOpener::vscode_insiders;
    expected.disable_paste_burst = true;
    expected.history = {HistoryPersistence::none, 9};
    expected.tui = {{"notifications", true}};
    expected.notify = {"say", "done"};
    expected.instructions = "i";
    expected.mcp_servers["s"].command = "c";
    expected.mcp_servers["s"].args = {"a"};
    expected.mcp_servers["s"].startup_timeout_sec = 1.5;
    expected.model_providers["mine"].base_url = "https://mine.example";
    expected.model_providers["mine"].request_max_retries = 0;
    expected.project_doc_max_bytes = 0;
    expected.model_instructions_file = "/from/profile";
    expected.projects["/srv/a.b"].trust_level = TrustLevel::trusted;
    expected.experimental_resume = "r.jsonl";
    expected.experimental_use_exec_command_tool = true;
    expected.experimental_use_unified_exec_tool = true;
    expected.responses_originator_header_internal_override = "h";
    expected.disable_response_storage = true;
    expected.web_search = WebSearch::live;
    expected.tools.view_image = true;  // its own name wins over include_view_image_tool

    const LoadedConfig loaded = load_config(
        {.assignments = {"show_raw_agent_reasoning=false", "model=other", "sandbox_mode=read-only",
                         "sandbox_workspace_write.network_access=true",
                         "hide_agent_reasoning=false"},
         .overrides = o});
    CHECK(json::render_pretty(json::encode(loaded.config)) ==
          json::render_pretty(json::encode(expected)));
    CHECK(loaded.config == expected);
}

TEST_CASE("An entry for a built-in provider changes only what it names") {
    const LoadedConfig loaded = load_file(
        "[model_providers.openai]\nname = \"Ours\"\nrequest_max_retries = 7\n"
        "[model_providers.oss]\nwire_api = \"responses\"\n");
    auto expected = built_in_providers();
    expected["openai"].name = "Ours";
    expected["openai"].request_max_retries = 7;
    expected["oss"].wire_api = WireApi::responses;
    CHECK(loaded.config.model_providers == expected);
}

TEST_CASE("An empty map on the command line or in overrides empties what files say") {
    const SourceText file{"config.toml",
                          "[mcp_servers.a]\ncommand = \"a\"\n[model_providers.x]\nbase_url = "
                          "\"https://x.example\"\n[shell_environment_policy.set]\nA = \"b\"\n"};
    const LoadedConfig kept = load_config({.user_file = file});
    CHECK(kept.config.mcp_servers.size() == 1);
    LoadedConfig cleared = load_config({.user_file = file,
                                        .assignments = {"mcp_servers={}", "model_providers = {}",
                                                        "shell_environment_policy.set={}"}});
    CHECK(cleared.config == Config());
    ConfigOverrides overrides;
    overrides.mcp_servers.emplace();
    cleared = load_config({.user_file = file, .overrides = overrides});
    CHECK(cleared.config.mcp_servers.empty());
    CHECK(cleared.config.model_providers.contains("x"));
    // In a file an empty table is only a header.
    CHECK(load_config({.system_file = file, .user_file = SourceText{"u", "[mcp_servers]\n"}})
              .config.mcp_servers.size() == 1);
}

TEST_CASE("Assignments are TOML or plain words, with quoted keys, in order") {
    struct Row {
        std::string assignment;
        std::string path;
        json::Value expected;
    };
    const std::vector<Row> rows = {
        {"model=gpt-5", "model", "gpt-5"},
        {"model = \"gpt=5\"", "model", "gpt=5"},
        {"model=5", "model", "5"},
        {"model=true", "model", "true"},
        {"model=2025-01-01", "model", "2025-01-01"},
        {"model=a b c", "model", "a b c"},
        {"model='it''s", "model", nullptr},
        {"model_context_window=5", "model_context_window", 5},
        {"web_search=live", "web_search", "live"},
        {"tools.web_search=true", "web_search", "live"},
        {"tools.web_search.context_size=low", "tools.web_search.context_size", "low"},
        {"projects.\"/srv/a.b\".trust_level=trusted", "projects.\"/srv/a.b\".trust_level",
         "trusted"},
        {"projects.'/srv/c=d'.trust_level=trusted", "projects.\"/srv/c=d\".trust_level", "trusted"},
        {"model_providers.openai.http_headers.\"X.Y\"=z",
         "model_providers.openai.http_headers.\"X.Y\"", "z"},
        {"model_providers.openai.query_params.api-version=2024-10-01",
         "model_providers.openai.query_params.api-version", "2024-10-01"},
        {"notify=[\"a\", \"b\"]", "notify", json::Array{"a", "b"}},
        {"history={persistence=\"none\"}", "history.persistence", "none"},
    };
    for (const Row& row : rows) {
        INFO(row.assignment);
        const Layers layers{.assignments = {"model=first", row.assignment}};
        if (row.expected.is_null()) {
            CHECK(errors(layers) != "no error");
        } else {
            CHECK(at(load_config(layers).config, row.path) == row.expected);
        }
    }
}

TEST_CASE("An assignment that cannot be read is named without its value") {
    CHECK(errors({.assignments = {"model"}}) == "-c model: expected key=value");
    CHECK(errors({.assignments = {"=x"}}) == "-c : the key has an empty part");
    CHECK(errors({.assignments = {"a..b=sk-secret"}}) == "-c a..b: the key has an empty part");
    const std::string open = errors({.assignments = {"notify=[\"sk-secret\""}});
    CHECK(open.starts_with("-c notify: the value is not TOML: "));
    CHECK(open.find("sk-secret") == std::string::npos);
    CHECK(errors({.assignments = {"tools=5", "history=[]", "model_context_window=many"}}) ==
          "-c tools: tools: expected a table, found the whole number 5\n"
          "-c history: history: expected a table, found a list\n"
          "-c model_context_window: model_context_window: expected a whole number, found the text "
          "\"many\"");
}

TEST_CASE(
    "All that is wrong is told at once, each with its place, its key and what would be right") {
    CHECK(file_errors("model = 5\n"
                      "model_reasoning_effort = \"hgih\"\n"
                      "sandbox_mode = \"workspace_write\"\n"
                      "notify = [\"a\", 1]\n"
                      "[history]\n"
                      "max_bytes = 0\n"
                      "[sandbox_workspace_write]\n"
                      "writable_roots = [\"relative\"]\n"
                      "[model_providers.x]\n"
                      "base_url = \"ftp://host\"\n"
                      "request_max_retries = 101\n"
                      "experimental_bearer_token = 123456\n"
                      "[model_providers.x.http_headers]\n"
                      "Authorization = [\"sk-secret\"]\n"
                      "[profiles.p]\n"
                      "model_verbosity = \"loud\"\n") ==
          "config.toml:1:9: model: expected text, found the whole number 5\n"
          "config.toml:2:26: model_reasoning_effort: expected one of none, minimal, low, medium, "
          "high, xhigh, max, ultra, found the text \"hgih\"\n"
          "config.toml:3:16: sandbox_mode: expected one of read-only, workspace-write, "
          "danger-full-access, found the text \"workspace_write\"\n"
          "config.toml:4:16: notify: expected a list of texts, found the whole number 1\n"
          "config.toml:6:13: history.max_bytes: expected a number of at least 1, found the whole "
          "number 0\n"
          "config.toml:8:19: sandbox_workspace_write.writable_roots: expected absolute paths, "
          "found the text \"relative\"\n"
          "config.toml:10:12: model_providers.x.base_url: expected an address: it does not begin "
          "with https://\n"
          "config.toml:11:23: model_providers.x.request_max_retries: expected a number from 0 to "
          "100, found the whole number 101\n"
          "config.toml:12:29: model_providers.x.experimental_bearer_token: expected text, found a "
          "value that is not shown\n"
          "config.toml:14:17: model_providers.x.http_headers.Authorization: expected text, found a "
          "value that is not shown\n"
          "config.toml:16:19: profiles.p.model_verbosity: expected one of low, medium, high, found "
          "the text \"loud\"\n"
          "model_providers.x: has no base_url");
}

TEST_CASE("What only the whole tells is checked, with the place of the setting") {
    struct Row {
        std::string text;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"model = ' '", "config.toml:1:9: model: is empty"},
        {"model_provider = 'azure'",
         "config.toml:1:18: model_provider: there is no provider \"azure\"; known: openai, oss"},
        {"profile = 'fast'\nprofiles.slow.model = 'm'",
         "config.toml:1:11: profile: there is no profile \"fast\"; known: slow"},
        {"profile = 3", "config.toml:1:11: profile: expected text, found the whole number 3"},
        {"profiles = 3", "config.toml:1:12: profiles: expected a table, found the whole number 3"},
        {"profiles.a = 3",
         "config.toml:1:14: profiles.a: expected a table, found the whole number 3"},
        {"[model_providers.a]\nname = 'A'", "config.toml:2:8: model_providers.a: has no base_url"},
        {"[mcp_servers.a]\ncommand = 'c'\nurl = 'https://x.example'",
         "config.toml:2:11: mcp_servers.a: has both a command and a url"},
        {"[mcp_servers.a]\nenabled = true",
         "config.toml:2:11: mcp_servers.a: has neither a command nor a url"},
        {"[mcp_servers.a]", "config.toml:1:1: mcp_servers.a: has neither a command nor a url"},
        {"[mcp_servers.a]\nurl = 'https://x.example'\nargs = ['b']",
         "config.toml:3:8: mcp_servers.a.args: does not go with url"},
        {"[mcp_servers.a]\ncommand = 'c'\nbearer_token_env_var = 'T'",
         "config.toml:3:24: mcp_servers.a.bearer_token_env_var: does not go with command"},
        {"[mcp_servers.\"a b\"]\ncommand = 'c'",
         "config.toml:2:11: mcp_servers.\"a b\": is no name of a server; allowed: letters, digits, "
         "- "
         "and _"},
        {"[model_providers.openai.http_headers]\n\"a b\" = 'c'\nd = \"e\\nf\"",
         "config.toml:2:9: model_providers.openai.http_headers.\"a b\": is no name of a header "
         "(RFC "
         "9110, 5.1)\n"
         "config.toml:3:5: model_providers.openai.http_headers.d: holds a control character"},
        {"a = ", "config.toml:1:5: "},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const std::string found = file_errors(row.text);
        CHECK(found.substr(0, row.expected == "config.toml:1:5: "
                                  ? row.expected.size()
                                  : std::string::npos) == row.expected);
    }
}

TEST_CASE("Unknown keys are warnings, and errors with the nearest key when the file is strict") {
    const std::string text =
        "modell = \"x\"\n"
        "[tools]\n"
        "view_imag = true\n"
        "[mcp_servers.a]\n"
        "command = \"c\"\n"
        "comand = \"d\"\n"
        "[profiles.p]\n"
        "notify = [\"a\"]\n"
        "[made_up]\n"
        "x = 1\n";
    const LoadedConfig loaded = load_file(text);
    CHECK(
        loaded.warnings ==
        std::vector<std::string>{
            "ignored: config.toml:3:1: tools.view_imag: unknown key; did you mean "
            "\"view_image\"?; config.toml:6:1: mcp_servers.a.comand: unknown key; did you mean "
            "\"command\"?; config.toml:1:1: modell: unknown key; did you mean \"model\"?; "
            "config.toml:9:2: made_up: unknown key; config.toml:8:1: profiles.p.notify: cannot be "
            "set in a profile"});
    CHECK(file_errors(text, true) ==
          "config.toml:1:1: modell: unknown key; did you mean \"model\"?\n"
          "config.toml:3:1: tools.view_imag: unknown key; did you mean \"view_image\"?\n"
          "config.toml:6:1: mcp_servers.a.comand: unknown key; did you mean \"command\"?\n"
          "config.toml:9:2: made_up: unknown key\n"
          "config.toml:8:1: profiles.p.notify: cannot be set in a profile");
}

TEST_CASE("Keys of other versions are understood, or named in one warning") {
    const std::string text =
        "experimental_instructions_file = \"/i.md\"\n"
        "experimental_use_freeform_apply_patch = true\n"
        "openai_base_url = \"https://proxy.example/v1\"\n"
        "personality = \"pragmatic\"\n"
        "file_opener = \"cursor\"\n"
        "[features]\n"
        "web_search_request = true\n"
        "shell_snapshot = true\n"
        "[tools]\n"
        "update_plan = { enabled = true }\n"
        "[otel]\n"
        "environment = \"dev\"\n"
        "[mcp_servers.a]\n"
        "command = \"c\"\n"
        "startup_timeout_ms = 2500\n"
        "scopes = [\"x\"]\n"
        "[model_providers.openai]\n"
        "supports_websockets = true\n";
    const LoadedConfig loaded = load_file(text, true);
    Config expected;
    expected.model_instructions_file = "/i.md";
    expected.include_apply_patch_tool = true;
    expected.include_plan_tool = true;
    expected.model_providers["openai"].base_url = "https://proxy.example/v1";
    expected.file_opener = FileOpener::cursor;
    expected.web_search = WebSearch::live;
    expected.features = {{"shell_snapshot", true}};
    expected.mcp_servers["a"].command = "c";
    expected.mcp_servers["a"].startup_timeout_sec = 2.5;
    CHECK(loaded.config == expected);
    CHECK(
        loaded.warnings ==
        std::vector<std::string>{
            "without effect in this program: features, file_opener, "
            "model_providers.openai.supports_websockets, mcp_servers.a.scopes, personality, otel"});
    CHECK(loaded.origins.at("web_search").position == Position{7, 22});
    CHECK(load_file("web_search = 'cached'\ntools.web_search = true\n").warnings ==
          std::vector<std::string>{"config.toml: an old name that is not used, because the new one "
                                   "is there: tools.web_search, for web_search"});
}

TEST_CASE("A profile goes over the files and below the environment") {
    const SourceText system{"system.toml",
                            "[profiles.p]\nmodel = \"a\"\nmodel_verbosity = \"low\"\n"};
    const SourceText user{"user.toml",
                          "model = \"file\"\nprofile = \"q\"\n"
                          "[profiles.p]\nmodel = \"b\"\nweb_search = \"cached\"\n[profiles.q]\n"};
    LoadedConfig loaded = load_config({.system_file = system, .user_file = user});
    CHECK(loaded.profile == "q");
    CHECK(loaded.config.model == "file");
    loaded = load_config({.system_file = system,
                          .user_file = user,
                          .environment = base::Environment(Variables{{"CODEX_PROFILE", "p"}})});
    CHECK(loaded.config.model == "b");
    CHECK(loaded.config.model_verbosity == Verbosity::low);
    CHECK(loaded.config.web_search == WebSearch::cached);
    CHECK(loaded.origins.at("model") == Origin{Layer::profile, "user.toml", {4, 9}});
    CHECK(loaded.origins.at("model_verbosity") == Origin{Layer::profile, "system.toml", {3, 19}});

    std::vector<std::string> asked;
    const auto file = [&](std::string_view name) -> std::optional<SourceText> {
        asked.emplace_back(name);
        return SourceText{"p.config.toml", "model = \"c\"\nnotify = [\"n\"]\n"};
    };
    loaded = load_config({.system_file = system,
                          .user_file = user,
                          .profile_file = file,
                          .assignments = {"profile=p", "profiles.p.model_verbosity=high"}});
    CHECK(asked == std::vector<std::string>{"p"});
    CHECK(loaded.config.model == "c");
    CHECK(loaded.config.notify == std::vector<std::string>{"n"});
    CHECK(loaded.config.model_verbosity == Verbosity::high);
}

TEST_CASE("Inputs win over variables, and blank ones are as if unset") {
    const auto load = [](Variables variables) {
        return load_config({.environment = base::Environment(std::move(variables))});
    };
    LoadedConfig loaded = load({{"INPUT_MODEL", "input"},
                                {"CODEX_MODEL", "variable"},
                                {"INPUT_MODEL_PROVIDER", "  "},
                                {"CODEX_INCLUDE_PLAN_TOOL", "Yes"},
                                {"INPUT_REASONING_EFFORT", "high"},
                                {"OPENAI_BASE_URL", " https://proxy.example/v1 "},
                                {"CODEX_OSS_PORT", "1234"},
                                {"CODEX_HOME", "/nowhere"},
                                {"CODEX_FILE_OPENER", "emacs"}});
    CHECK(loaded.config.model == "input");
    CHECK(render(loaded.origins.at("model")) == "input model");
    CHECK(loaded.config.model_provider == "openai");
    CHECK(loaded.config.include_plan_tool);
    CHECK(loaded.config.model_reasoning_effort == ReasoningEffort::high);
    CHECK(loaded.config.model_providers["openai"].base_url == "https://proxy.example/v1");
    CHECK(render(loaded.origins.at("model_providers.openai.base_url")) ==
          "variable OPENAI_BASE_URL");
    CHECK(loaded.config.model_providers["oss"].base_url == "http://localhost:1234/v1");
    loaded = load({{"CODEX_OSS_PORT", "1234"}, {"CODEX_OSS_BASE_URL", "http://localhost:9/v1"}});
    CHECK(loaded.config.model_providers["oss"].base_url == "http://localhost:9/v1");
    const Variables wrong = {{"CODEX_PROJECT_DOC_MAX_BYTES", "many"},
                             {"INPUT_SANDBOX_MODE", "none"}};
    CHECK(errors({.environment = base::Environment(wrong)}) ==
          "input sandbox_mode: sandbox_mode: expected one of read-only, workspace-write, "
          "danger-full-access, found the text \"none\"\n"
          "variable CODEX_PROJECT_DOC_MAX_BYTES: project_doc_max_bytes: expected a whole number, "
          "found the text \"many\"");
}

TEST_CASE("Messages hold no control characters of a file") {
    const std::string text = file_errors("model_provider = \"\\u001b[31m\\n::set-env\"\n");
    CHECK(text.find('\x1B') == std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace codex::config
