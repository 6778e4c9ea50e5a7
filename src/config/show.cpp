#include "config/show.h"

#include <fmt/format.h>

#include <cmath>

#include "base/overloaded.h"
#include "base/printable.h"
#include "base/text.h"
#include "config/describe.h"
#include "config/encode.h"

namespace codex::config {
namespace {

// JSON's escapes are TOML's; TOML wants one more.
std::string render_text(std::string_view text) {
    return base::replace_all(json::render(json::Value(text)), "\x7F", "\\u007F");
}

std::string render_double(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    return json::render(json::Value(number));
}

std::string render_inline(const json::Value& value) {
    return std::visit(
        base::Overloaded{[](const std::string& text) { return render_text(text); },
                         [](double number) { return render_double(number); },
                         [](const json::Array& array) {
                             std::vector<std::string> items;
                             for (const json::Value& item : array)
                                 items.push_back(render_inline(item));
                             return "[" + base::join(items, ", ") + "]";
                         },
                         [](const json::Object& object) {
                             std::vector<std::string> items;
                             for (const auto& [name, member] : object.members())
                                 items.push_back(join_key("", name) + " = " +
                                                 render_inline(member));
                             return "{" + base::join(items, ", ") + "}";
                         },
                         [](const auto& scalar) { return json::render(json::Value(scalar)); }},
        value.data());
}

class TomlWriter {
  public:
    explicit TomlWriter(const Origins* origins) : origins_(origins) {}

    std::string write(const json::Value& config) {
        write_table(describe_config(), config, "");
        return std::move(text_);
    }

  private:
    void write_line(const std::string& path, std::string_view name, const json::Value& value) {
        text_ += join_key("", name) + " = " + render_inline(value);
        if (origins_ != nullptr) text_ += "  # " + describe_origin(join_key(path, name));
        text_ += '\n';
    }

    std::string describe_origin(const std::string& key) const {
        const auto found = origins_->find(key);
        if (found == origins_->end()) return "default";
        const Origin& origin = found->second;
        std::string_view layer;
        for (const auto& [value, name] : json::EnumNames<Layer>::names) {
            if (value == origin.layer) layer = name;
        }
        if (origin.source == layer) return std::string(layer);
        return base::render_controls(fmt::format("{}: {}", layer, render(origin)));
    }

    void write_header(const std::string& path) {
        if (!path.empty()) text_ += (text_.empty() ? "[" : "\n[") + path + "]\n";
    }

    // A table's own values must come before the tables in it.
    void write_table(const std::vector<KeyDescription>& keys, const json::Value& table,
                     const std::string& path, bool is_entry = false) {
        bool has_header = false;
        const auto begin = [&] {
            if (!has_header) write_header(path);
            has_header = true;
        };
        if (is_entry) begin();
        for (const KeyDescription& key : keys) {
            const json::Value* value = table.find(key.key.name);
            if (value == nullptr || key.is_map || key.kind == Kind::table) continue;
            begin();
            write_line(path, key.key.name, *value);
        }
        for (const KeyDescription& key : keys) {
            const json::Value* value = table.find(key.key.name);
            if (value == nullptr || (!key.is_map && key.kind != Kind::table)) continue;
            const std::string inside = join_key(path, key.key.name);
            if (!key.is_map) {
                write_table(key.members, *value, inside);
            } else if (key.kind == Kind::table) {
                for (const auto& [name, entry] : value->as_object()->members())
                    write_table(key.members, entry, join_key(inside, name), true);
            } else if (!value->as_object()->empty()) {
                write_header(inside);
                for (const auto& [name, entry] : value->as_object()->members())
                    write_line(inside, name, entry);
            }
        }
    }

    const Origins* origins_;
    std::string text_;
};

json::Value encode_origins(const Origins& origins) {
    std::vector<json::Object::Member> members;
    for (const auto& [key, origin] : origins) {
        json::Object object;
        object.set("layer", json::encode(origin.layer));
        object.set("source", origin.source);
        if (origin.position.line != 0) {
            object.set("line", std::int64_t{origin.position.line});
            object.set("column", std::int64_t{origin.position.column});
        }
        members.emplace_back(key, std::move(object));
    }
    return json::Object::from_members(std::move(members));
}

}  // namespace

std::string render_config(const LoadedConfig& loaded, const ShowOptions& options) {
    json::Value config = options.is_masked ? masked(loaded.config) : json::encode(loaded.config);
    if (options.format == ShowFormat::toml)
        return TomlWriter(options.with_origins ? &loaded.origins : nullptr).write(config);
    if (options.with_origins) {
        config = json::Value::object(
            {{"config", std::move(config)}, {"origins", encode_origins(loaded.origins)}});
    }
    return json::render_pretty(config) + "\n";
}

ConfigPreview preview_config(const Config& config, const std::filesystem::path& current_folder) {
    const std::filesystem::path cwd = current_folder / config.cwd.value_or("");
    return {.model = config.model,
            .model_provider_id = config.model_provider,
            .approval_policy = config.approval_policy,
            .sandbox_mode = config.sandbox_mode,
            .cwd = config.cwd ? cwd.string() : current_folder.string(),
            .include_plan_tool = config.include_plan_tool,
            .include_apply_patch_tool = config.include_apply_patch_tool,
            .include_view_image_tool = config.tools.view_image,
            .show_raw_agent_reasoning = config.show_raw_agent_reasoning,
            .tools_web_search_request = config.web_search != WebSearch::disabled};
}

}  // namespace codex::config
