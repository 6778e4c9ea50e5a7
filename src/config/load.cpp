#include "config/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "base/text.h"
#include "config/key_lists.h"
#include "config/layers.h"
#include "config/old_keys.h"
#include "config/read_tree.h"
#include "config/repository_file.h"

namespace codex::config {
namespace {

class Loader {
  public:
    explicit Loader(const Layers& layers) : layers_(layers) {}

    LoadedConfig load() {
        collect();
        select_profile();
        for (const SourceTable& source : sources_) {
            if (source.origin.layer > Layer::user_file) read_middle();
            read(source);
        }
        read_middle();
        for (const auto& [name, tables] : profiles_) check_unused(name, tables);
        finish();
        return std::move(loaded_);
    }

  private:
    // Sources, from weakest to strongest; what is wrong with one leaves the others to be read.
    void collect() {
        if (layers_.system_file) add_file(*layers_.system_file, Layer::system_file);
        if (layers_.user_file) add_file(*layers_.user_file, Layer::user_file);
        for (SourceTable& source : read_environment(layers_.environment)) add(std::move(source));
        for (const std::string& assignment : layers_.assignments) {
            try {
                add(parse_assignment(assignment));
            } catch (const base::ConfigError& error) {
                findings_.problems.push_back({{Layer::assignment, "", {}}, "", error.what()});
            }
        }
        Node overrides = to_node(to_json(layers_.overrides));
        if (!overrides.as<Table>()->empty())
            add({{Layer::overrides, "override", {}}, std::move(*overrides.as<Table>())});
    }

    void add_file(const SourceText& file, Layer layer) {
        SourceTable source{{layer, file.name, {}}, {}};
        try {
            source.table = parse_toml(file.text);
        } catch (const SyntaxError& error) {
            source.origin.position = error.position();
            findings_.problems.push_back({source.origin, "", error.what()});
            return;
        }
        add(std::move(source));
    }

    void add(SourceTable source) {
        rename(source);
        take_selection(source);
        take_profiles(source);
        if (!source.table.empty()) sources_.push_back(std::move(source));
    }

    void rename(SourceTable& source) {
        for (const std::string& dropped : rename_old_keys(source.table)) {
            loaded_.warnings.push_back(
                fmt::format("{}: an old name that is not used, because the new one is there: {}",
                            source.origin.source, dropped));
        }
    }

    static std::optional<Entry> take(Table& table, std::string_view key) {
        Entry* entry = find(table, key);
        if (entry == nullptr) return std::nullopt;
        std::optional<Entry> taken = std::move(*entry);
        table.erase(table.begin() + (entry - table.data()));
        return taken;
    }

    void take_selection(SourceTable& source) {
        std::optional<Entry> entry = take(source.table, kProfileKey.name);
        if (!entry) return;
        Origin origin = source.origin;
        origin.position = entry->value.position;
        const auto* name = entry->value.as<std::string>();
        if (name == nullptr) {
            findings_.problems.push_back(
                {std::move(origin), std::string(kProfileKey.name),
                 fmt::format("expected text, found {}", describe_value(entry->value, false))});
            return;
        }
        loaded_.profile = *name;
        selection_ = std::move(origin);
    }

    void take_profiles(SourceTable& source) {
        std::optional<Entry> entry = take(source.table, kProfilesKey.name);
        if (!entry) return;
        auto* profiles = entry->value.as<Table>();
        if (profiles == nullptr) {
            fail(source.origin, entry->value, std::string(kProfilesKey.name));
            return;
        }
        for (Entry& profile : *profiles) {
            auto* table = profile.value.as<Table>();
            if (table == nullptr) {
                fail(source.origin, profile.value, join_key(kProfilesKey.name, profile.key));
                continue;
            }
            Origin origin = source.origin;
            origin.layer = Layer::profile;
            profiles_[profile.key].push_back({std::move(origin), std::move(*table)});
        }
    }

    void fail(Origin origin, const Node& node, std::string path) {
        origin.position = node.position;
        findings_.problems.push_back(
            {std::move(origin), std::move(path),
             fmt::format("expected a table, found {}", describe_value(node, false))});
    }

    void select_profile() {
        if (!loaded_.profile) return;
        const std::string& name = *loaded_.profile;
        if (layers_.profile_file) profile_file_ = layers_.profile_file(name);
        if (profile_file_ || profiles_.contains(name)) return;
        std::vector<std::string> known;
        for (const auto& [other, tables] : profiles_) known.push_back(other);
        findings_.problems.push_back(
            {selection_, std::string(kProfileKey.name),
             fmt::format("there is no profile \"{}\"; known: {}", name,
                         known.empty() ? "none" : base::join(known, ", "))});
    }

    void read(const SourceTable& source) {
        const Layer layer = source.origin.layer;
        reader_.start(source.origin, layer >= Layer::assignment,
                      layer == Layer::profile && !is_profile_file_ ? kProfile : kNoTrait);
        reader_.read(source.table, loaded_.config);
        // An emptied map of providers still has those that are built in.
        for (auto& [id, provider] : built_in_providers())
            loaded_.config.model_providers.try_emplace(id, provider);
    }

    // What stands between the files and the environment.
    void read_middle() {
        if (middle_is_read_) return;
        middle_is_read_ = true;
        read_profile();
        read_repository();
    }

    void read_repository() {
        if (!layers_.repository_file) return;
        Origins origins;
        loaded_.repository =
            read_repository_file(layers_.repository_file->name, layers_.repository_file->text,
                                 origins, findings_.problems);
        const auto refuse = [&](std::string_view key, std::string message) {
            findings_.problems.push_back(
                {origins.find(key)->second, std::string(key), std::move(message)});
        };
        const RepositoryLimits& limits = layers_.repository_limits;
        if (const auto& model = loaded_.repository.model) {
            std::vector<std::string> allowed = limits.models;
            allowed.push_back(loaded_.config.model);
            if (std::find(allowed.begin(), allowed.end(), *model) == allowed.end()) {
                refuse("model", fmt::format("the workflow does not allow \"{}\"; allowed: {}",
                                            *model, base::join(allowed, ", ")));
            } else {
                loaded_.config.model = *model;
                loaded_.origins.insert_or_assign("model", origins.find("model")->second);
            }
        }
        if (const auto& effort = loaded_.repository.reasoning_effort) {
            if (*effort > limits.max_effort) {
                refuse("reasoning_effort",
                       fmt::format("the workflow allows no more than {}",
                                   *json::encode(limits.max_effort).as_string()));
            } else {
                loaded_.config.model_reasoning_effort = effort;
                loaded_.origins.insert_or_assign("model_reasoning_effort",
                                                 origins.find("reasoning_effort")->second);
            }
        }
    }

    void read_profile() {
        if (!loaded_.profile) return;
        if (const auto found = profiles_.find(*loaded_.profile); found != profiles_.end()) {
            for (const SourceTable& table : found->second) read(table);
            profiles_.erase(found);
        }
        if (!profile_file_) return;
        SourceTable source{{Layer::profile, profile_file_->name, {}}, {}};
        try {
            source.table = parse_toml(profile_file_->text);
        } catch (const SyntaxError& error) {
            source.origin.position = error.position();
            findings_.problems.push_back({source.origin, "", error.what()});
            return;
        }
        rename(source);
        is_profile_file_ = true;
        read(source);
        is_profile_file_ = false;
    }

    // A profile that is not used must be right all the same.
    void check_unused(const std::string& name, const std::vector<SourceTable>& tables) {
        Config scratch;
        Origins origins;
        Findings findings;
        TreeReader reader(origins, findings);
        for (const SourceTable& table : tables) {
            reader.start(table.origin, false, kProfile);
            reader.read(table.table, scratch);
        }
        const auto put_name = [&](Problem& problem) {
            problem.path = join_key(kProfilesKey.name, name) + "." + problem.path;
        };
        for (Problem& problem : findings.problems) {
            put_name(problem);
            findings_.problems.push_back(std::move(problem));
        }
        for (UnknownKey& unknown : findings.unknown) {
            put_name(unknown.problem);
            findings_.unknown.push_back(std::move(unknown));
        }
    }

    void finish() {
        std::vector<std::string> without_effect(findings_.without_effect.begin(),
                                                findings_.without_effect.end());
        std::vector<std::string> ignored;
        for (UnknownKey& unknown : findings_.unknown) {
            if (unknown.is_other) {
                without_effect.push_back(std::move(unknown.problem.path));
            } else if (layers_.is_strict) {
                findings_.problems.push_back(std::move(unknown.problem));
            } else {
                ignored.push_back(render(unknown.problem));
            }
        }
        for (Problem& problem : validate(loaded_.config, loaded_.origins))
            findings_.problems.push_back(std::move(problem));
        if (!findings_.problems.empty()) throw InvalidConfig(std::move(findings_.problems));
        if (!without_effect.empty()) {
            loaded_.warnings.push_back("without effect in this program: " +
                                       base::join(without_effect, ", "));
        }
        if (!ignored.empty()) loaded_.warnings.push_back("ignored: " + base::join(ignored, "; "));
        for (std::string& warning : loaded_.warnings) warning = base::render_controls(warning);
    }

    const Layers& layers_;
    LoadedConfig loaded_;
    Findings findings_;
    TreeReader reader_{loaded_.origins, findings_};
    std::vector<SourceTable> sources_;
    std::map<std::string, std::vector<SourceTable>> profiles_;
    std::optional<SourceText> profile_file_;
    Origin selection_;
    bool middle_is_read_ = false;
    bool is_profile_file_ = false;
};

}  // namespace

LoadedConfig load_config(const Layers& layers) {
    return Loader(layers).load();
}

}  // namespace codex::config
