#include "config/repository_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/describe_keys.h"
#include "config/read_tree.h"
#include "config/tree.h"

namespace codex::config {

template <>
struct Keys<PathGuidance> {
    template <class V>
    static void list(V& v) {
        using T = PathGuidance;
        v(Key{"paths", "Pathspecs of git.", kPathspecs}, &T::paths);
        v(Key{"guidance", "What to look at in files that match."}, &T::guidance);
    }
};
template <>
struct Keys<ReviewRules> {
    template <class V>
    static void list(V& v) {
        using T = ReviewRules;
        v(Key{"include", "Pathspecs of what is reviewed; none: everything.", kPathspecs},
          &T::include);
        v(Key{"exclude", "Pathspecs of what is not.", kPathspecs}, &T::exclude);
        v(Key{"guidance", "What the reviewer should know and look at."}, &T::guidance);
        v(Key{"path_guidance", "The same for some paths."}, &T::path_guidance);
        v(Key{"languages", "Languages that the code is written in."}, &T::languages);
        v(Key{"min_priority", "Findings that are less urgent are left out."}, &T::min_priority);
        v(Key{"max_comments", "Inline comments at most; not more than the workflow allows.",
              kNoTrait, 0, kMostComments},
          &T::max_comments);
        v(Key{"fail_on", "Fails the check from this urgency on; not later than the workflow says."},
          &T::fail_on);
    }
};
template <>
struct Keys<AllowedCommands> {
    template <class V>
    static void list(V& v) {
        using T = AllowedCommands;
        v(Key{"triage", "Commands of people who may triage."}, &T::triage);
        v(Key{"write", "Commands of people who may write."}, &T::write);
        v(Key{"maintain", "Commands of maintainers."}, &T::maintain);
        v(Key{"admin", "Commands of administrators."}, &T::admin);
    }
};
template <>
struct Keys<ActRules> {
    template <class V>
    static void list(V& v) {
        using T = ActRules;
        v(Key{"test_command", "How the tests are run, as a shell would."}, &T::test_command);
        v(Key{"protected_paths", "Pathspecs of what is never changed.", kPathspecs},
          &T::protected_paths);
        v(Key{"allowed_commands", "What commenters may ask for, by their permission."},
          &T::allowed_commands);
        v(Key{"commit_message", "Template of commit messages."}, &T::commit_message);
    }
};
template <>
struct Keys<RepositoryFile> {
    template <class V>
    static void list(V& v) {
        using T = RepositoryFile;
        v(Key{"model", "The model, one of those that the workflow allows."}, &T::model);
        v(Key{"reasoning_effort", "How hard the model thinks, within what the workflow allows."},
          &T::reasoning_effort);
        v(Key{"review", "Rules of reviews."}, &T::review);
        v(Key{"act", "Rules of changes that people ask for."}, &T::act);
    }
};

namespace {

// What a workflow configures is no mistake in the name, but in the place.
bool is_of_workflow(std::string_view path) {
    constexpr std::string_view kOthers[] = {"base_url", "env_key", "openai_api_key", "github_token",
                                            "sandbox"};
    const std::string_view name = path.substr(path.rfind('.') + 1);
    const auto& keys = describe_config();
    return std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers) ||
           std::any_of(keys.begin(), keys.end(),
                       [&](const KeyDescription& key) { return key.key.name == name; });
}

void check_texts(const std::string& path, const std::vector<std::string>& texts,
                 const Origins& origins, std::vector<Problem>& problems) {
    for (const std::string& text : texts) {
        const bool is_word = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
        });
        if (is_word) continue;
        const auto origin = origins.find(path);
        problems.push_back(
            {origin == origins.end() ? Origin() : origin->second, path,
             "expected words without blanks, found \"" + base::cut(text, 80) + "\""});
    }
}

void check(const RepositoryFile& file, const Origins& origins, std::vector<Problem>& problems) {
    const auto check_commands = [&](std::string_view name, const auto& commands) {
        if (commands)
            check_texts(join_key("act.allowed_commands", name), *commands, origins, problems);
    };
    check_commands("triage", file.act.allowed_commands.triage);
    check_commands("write", file.act.allowed_commands.write);
    check_commands("maintain", file.act.allowed_commands.maintain);
    check_commands("admin", file.act.allowed_commands.admin);
    for (std::size_t i = 0; i < file.review.path_guidance.size(); ++i) {
        const PathGuidance& guidance = file.review.path_guidance[i];
        if (!guidance.paths.empty() && !base::trim(guidance.guidance).empty()) continue;
        const auto origin = origins.find("review.path_guidance");
        problems.push_back({origin == origins.end() ? Origin() : origin->second,
                            fmt::format("review.path_guidance[{}]", i),
                            "needs both paths and guidance"});
    }
}

json::Value schema_of(const std::vector<KeyDescription>& keys);

json::Value schema_of(const KeyDescription& key) {
    const auto typed = [](std::string_view type) {
        return json::Value::object({{"type", json::Value(type)}});
    };
    json::Value schema;
    switch (key.kind) {
        case Kind::boolean:
            schema = typed("boolean");
            break;
        case Kind::integer:
        case Kind::number:
            schema = typed(key.kind == Kind::integer ? "integer" : "number");
            if (key.key.low != Key().low) schema.as_object()->set("minimum", key.key.low);
            if (key.key.high != Key().high) schema.as_object()->set("maximum", key.key.high);
            break;
        case Kind::text:
            schema = typed("string");
            break;
        case Kind::choice:
            schema = json::Value::object(
                {{"enum", json::Array(key.choices.begin(), key.choices.end())}});
            break;
        case Kind::texts:
            schema = json::Value::object({{"type", "array"}, {"items", typed("string")}});
            break;
        case Kind::table:
            schema = schema_of(key.members);
            if (key.is_list)
                schema = json::Value::object({{"type", "array"}, {"items", std::move(schema)}});
            break;
        case Kind::anything:
            schema = json::Object();
            break;
    }
    schema.as_object()->set("description", json::Value(key.key.help));
    return schema;
}

json::Value schema_of(const std::vector<KeyDescription>& keys) {
    json::Object properties;
    for (const KeyDescription& key : keys)
        properties.set(std::string(key.key.name), schema_of(key));
    return json::Value::object({{"type", "object"},
                                {"properties", std::move(properties)},
                                {"additionalProperties", false}});
}

}  // namespace

RepositoryFile read_repository_file(std::string_view name, std::string_view text, Origins& origins,
                                    std::vector<Problem>& problems) {
    RepositoryFile file;
    Origin origin{Layer::repository_file, std::string(name), {}};
    Findings findings;
    TreeReader reader(origins, findings);
    try {
        const Table table = parse_yaml(text);
        reader.start(origin);
        reader.read(table, file);
    } catch (const SyntaxError& error) {
        origin.position = error.position();
        problems.push_back({std::move(origin), "", error.what()});
        return file;
    }
    for (Problem& problem : findings.problems) problems.push_back(std::move(problem));
    for (UnknownKey& unknown : findings.unknown) {
        if (is_of_workflow(unknown.problem.path))
            unknown.problem.message = "cannot be set here, only in the workflow";
        problems.push_back(std::move(unknown.problem));
    }
    check(file, origins, problems);
    return file;
}

RepositoryFile parse_repository_file(std::string_view name, std::string_view text) {
    Origins origins;
    std::vector<Problem> problems;
    RepositoryFile file = read_repository_file(name, text, origins, problems);
    if (!problems.empty()) throw InvalidConfig(std::move(problems));
    return file;
}

std::vector<std::string> narrow(Options& options, const RepositoryFile& file) {
    std::vector<std::string> refused;
    if (const auto most = file.review.max_comments) {
        if (*most > options.max_comments) {
            refused.push_back(
                fmt::format("{}: review.max_comments: the workflow allows no more than {}",
                            kRepositoryFile, options.max_comments));
        } else {
            options.max_comments = static_cast<int>(*most);
        }
    }
    if (const auto fail_on = file.review.fail_on) {
        // From `none` over p0 to p3 ever more findings fail the check.
        if (*fail_on < options.fail_on) {
            refused.push_back(fmt::format(
                "{}: review.fail_on: the workflow fails the check earlier", kRepositoryFile));
        } else {
            options.fail_on = *fail_on;
        }
    }
    return refused;
}

json::Value repository_file_schema() {
    std::vector<KeyDescription> keys;
    Describer<RepositoryFile> describer(keys);
    Keys<RepositoryFile>::list(describer);
    json::Value schema =
        json::Value::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                             {"title", json::Value(kRepositoryFile)}});
    const json::Value body = schema_of(keys);
    for (const auto& [name, member] : body.as_object()->members())
        schema.as_object()->set(name, member);
    return schema;
}

}  // namespace codex::config
