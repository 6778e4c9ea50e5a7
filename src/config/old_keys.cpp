#include "config/old_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"

namespace codex::config {
namespace {

struct Renamed {
    std::string_view from;
    std::string_view to;
};

// From codex-python (typed names without a key of their own), codex-rs 2025 and codex-rs 2026.
constexpr Renamed kRenamed[] = {
    {"config_profile", "profile"},
    {"experimental_instructions_file", "model_instructions_file"},
    {"experimental_use_freeform_apply_patch", "include_apply_patch_tool"},
    {"features.apply_patch_freeform", "include_apply_patch_tool"},
    {"include_view_image_tool", "tools.view_image"},
    {"features.view_image_tool", "tools.view_image"},
    {"features.view_image", "tools.view_image"},
    {"tools.update_plan.enabled", "include_plan_tool"},
    {"tools.update_plan", "include_plan_tool"},
    {"openai_base_url", "model_providers.openai.base_url"},
    {"tools_web_search_request", "web_search"},
    {"tools.web_search_request", "web_search"},
    {"tools.web_search", "web_search"},
    {"features.web_search_request", "web_search"},
};

// Parts of a dotted path: none of those above has a dot inside a part.
std::vector<std::string_view> parts_of(std::string_view path) {
    return base::split(path, '.');
}

std::optional<Entry> take(Table& table, std::span<const std::string_view> parts) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Entry& entry) { return entry.key == parts.front(); });
    if (found == table.end()) return std::nullopt;
    auto* inner = found->value.as<Table>();
    std::optional<Entry> taken;
    if (parts.size() == 1) {
        // `tools.web_search` and `tools.update_plan` are tables of today too.
        if (inner != nullptr) return std::nullopt;
        taken = std::move(*found);
        table.erase(found);
    } else if (inner != nullptr) {
        taken = take(*inner, parts.subspan(1));
        // An empty table would say something that nobody wrote.
        if (taken && inner->empty()) table.erase(found);
    }
    return taken;
}

// False when there is something at the new place already.
bool put(Table& table, std::string_view path, Entry entry) {
    Table* inner = &table;
    const auto parts = parts_of(path);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        Entry* next = find(*inner, parts[i]);
        if (next == nullptr) {
            Node node;
            node.data = Table();
            node.position = entry.position;
            inner->push_back({std::string(parts[i]), entry.position, std::move(node)});
            next = &inner->back();
        }
        inner = next->value.as<Table>();
        if (inner == nullptr) return false;
    }
    if (find(*inner, parts.back()) != nullptr) return false;
    entry.key = parts.back();
    inner->push_back(std::move(entry));
    return true;
}

void rename_in(Table& table, const std::string& path, std::vector<std::string>& dropped) {
    for (const Renamed& renamed : kRenamed) {
        std::optional<Entry> entry = take(table, parts_of(renamed.from));
        if (!entry) continue;
        if (renamed.to == "web_search") {
            if (const bool* flag = entry->value.as<bool>())
                entry->value.data = std::string(*flag ? "live" : "disabled");
        }
        if (!put(table, renamed.to, std::move(*entry)))
            dropped.push_back(fmt::format("{}{}, for {}{}", path, renamed.from, path, renamed.to));
    }
}

void rename_timeout(Table& server, const std::string& path, std::vector<std::string>& dropped) {
    std::optional<Entry> entry = take(server, parts_of("startup_timeout_ms"));
    if (!entry) return;
    constexpr double kMsPerSec = 1000;
    if (const auto* ms = entry->value.as<std::int64_t>())
        entry->value.data = static_cast<double>(*ms) / kMsPerSec;
    if (!put(server, "startup_timeout_sec", std::move(*entry)))
        dropped.push_back(fmt::format("{0}startup_timeout_ms, for {0}startup_timeout_sec", path));
}

template <class Work>
void for_each_table(Table& table, std::string_view key, Work work) {
    Entry* entry = find(table, key);
    if (entry == nullptr || entry->value.as<Table>() == nullptr) return;
    for (Entry& item : *entry->value.as<Table>()) {
        if (auto* inner = item.value.as<Table>())
            work(*inner, std::string(key) + "." + item.key + ".");
    }
}

}  // namespace

std::vector<std::string> rename_old_keys(Table& table) {
    std::vector<std::string> dropped;
    rename_in(table, "", dropped);
    for_each_table(table, "profiles", [&](Table& profile, const std::string& path) {
        rename_in(profile, path, dropped);
    });
    for_each_table(table, "mcp_servers", [&](Table& server, const std::string& path) {
        rename_timeout(server, path, dropped);
    });
    return dropped;
}

}  // namespace codex::config
