#include "agent/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <functional>

#include "base/file.h"
#include "base/overloaded.h"
#include "base/text.h"
#include "json/codec.h"
#include "protocol/type_fields.h"

namespace codex::json {

template <>
struct Describe<agent::GitInfo> {
    template <class V>
    static void fields(V& v) {
        using T = agent::GitInfo;
        v("commit_hash", &T::commit_hash);
        v("branch", &T::branch);
        v("repository_url", &T::repository_url);
    }
};
template <>
struct Describe<agent::SessionMeta> {
    template <class V>
    static void fields(V& v) {
        using T = agent::SessionMeta;
        v("id", &T::id);
        v("timestamp", &T::timestamp);
        v("cwd", &T::cwd);
        v("originator", &T::originator, optional);
        v("cli_version", &T::cli_version, optional);
        v("instructions", &T::instructions, nullable);
        v("source", &T::source);
        v("git", &T::git);
    }
};
template <>
struct Describe<agent::TurnContext> {
    template <class V>
    static void fields(V& v) {
        using T = agent::TurnContext;
        v("cwd", &T::cwd);
        v("approval_policy", &T::approval_policy);
        v("sandbox_policy", &T::sandbox_policy);
        v("model", &T::model);
        v("effort", &T::effort);
        v("summary", &T::summary);
    }
};

}  // namespace codex::json

namespace codex::agent {
namespace {

namespace fs = std::filesystem;
using json::Value;
using protocol::EventMsg;
using protocol::Item;
using protocol::ItemForm;
using protocol::ItemIds;

constexpr std::string_view kFolder = "sessions";
constexpr std::string_view kPrefix = "rollout-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kTimeLength = std::string_view("2025-10-08T12-34-56").size();
constexpr unsigned kMode = 0600;
// Far more than a conversation has, and what a machine can hold.
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
// Where a listing looks for the first words of the user.
constexpr std::size_t kMaxListedBytes = std::size_t{256} << 10;

bool is_uuid(std::string_view text) {
    constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(), [](char c, char form) {
        const bool is_digit =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        return form == 'x' ? is_digit : c == '-';
    });
}

Value render_compacted(const Compacted& compacted) {
    Value value = Value::object({{"message", compacted.message}});
    if (compacted.replacement_history) {
        json::Array items;
        for (const Item& item : *compacted.replacement_history)
            items.push_back(protocol::render_item(item, ItemForm::file));
        value.as_object()->set("replacement_history", std::move(items));
    }
    return value;
}

Compacted parse_compacted(const Value& payload) {
    Compacted compacted;
    compacted.message = json::string_or_empty(payload.find("message"));
    const Value* history = payload.find("replacement_history");
    if (history == nullptr || history->as_array() == nullptr) return compacted;
    compacted.replacement_history.emplace();
    for (const Value& item : *history->as_array())
        compacted.replacement_history->push_back(protocol::parse_item(item, ItemIds::kept));
    return compacted;
}

struct Line {
    std::string type;
    Value payload;
};

Line render_line(const RolloutItem& item) {
    return std::visit(
        base::Overloaded{
            [](const SessionMeta& meta) {
                return Line{"session_meta", json::encode(meta)};
            },
            [](const Item& one) {
                return Line{"response_item", protocol::render_item(one, ItemForm::file)};
            },
            [](const Compacted& compacted) {
                return Line{"compacted", render_compacted(compacted)};
            },
            [](const TurnContext& context) {
                return Line{"turn_context", json::encode(context)};
            },
            [](const EventMsg& msg) {
                return Line{"event_msg", protocol::render_event_msg(msg)};
            },
            [](const UnknownLine& line) {
                return Line{line.type, line.payload};
            }},
        item);
}

RolloutItem parse_payload(const std::string& type, const Value& payload) {
    try {
        if (type == "session_meta") return json::decode<SessionMeta>(payload);
        if (type == "response_item") return protocol::parse_item(payload, ItemIds::kept);
        if (type == "compacted") return parse_compacted(payload);
        if (type == "turn_context") return json::decode<TurnContext>(payload);
        if (type == "event_msg") return protocol::parse_event_msg(payload);
    } catch (const json::JsonError&) {
        // Of another version than ours: kept as it is.
    }
    return UnknownLine{type, payload};
}

std::optional<RolloutItem> parse_line(std::string_view text) {
    try {
        const Value line = json::parse(text);
        const Value* type = line.find("type");
        if (type == nullptr || type->as_string() == nullptr) return std::nullopt;
        const Value* payload = line.find("payload");
        return parse_payload(*type->as_string(), payload == nullptr ? Value() : *payload);
    } catch (const json::JsonError&) {
        return std::nullopt;
    }
}

// The names in a folder that `wanted` takes, last first.
template <class Wanted>
std::vector<fs::path> names_last_first(const fs::path& folder, const Wanted& wanted) {
    std::vector<fs::path> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (wanted(entry->path().filename().string())) names.push_back(entry->path());
    }
    std::sort(names.begin(), names.end(), std::greater<>());
    return names;
}

bool is_number(std::string_view name) {
    return base::parse_integer(name).value_or(-1) >= 0;
}

bool is_rollout_name(std::string_view name) {
    return name.starts_with(kPrefix) && name.ends_with(kSuffix) &&
           name.size() > kPrefix.size() + kTimeLength + kSuffix.size();
}

// Calls `visit` with each rollout file, newest first, until it returns false.
template <class Visit>
void visit_files(const fs::path& codex_home, const Visit& visit) {
    for (const fs::path& year : names_last_first(codex_home / kFolder, is_number)) {
        for (const fs::path& month : names_last_first(year, is_number)) {
            for (const fs::path& day : names_last_first(month, is_number)) {
                for (const fs::path& file : names_last_first(day, is_rollout_name)) {
                    if (!visit(file)) return;
                }
            }
        }
    }
}

std::optional<RolloutSummary> summarise(const fs::path& file) {
    const auto text = base::read_file_beginning(file, kMaxListedBytes);
    if (!text) return std::nullopt;
    RolloutSummary summary;
    summary.path = file;
    bool has_meta = false;
    for (const std::string_view line : base::split_lines(*text)) {
        const auto item = parse_line(line);
        if (!item) continue;
        if (const auto* meta = std::get_if<SessionMeta>(&*item); meta != nullptr && !has_meta) {
            summary.meta = *meta;
            has_meta = true;
        }
        const auto* msg = std::get_if<EventMsg>(&*item);
        const auto* said = msg == nullptr ? nullptr : std::get_if<protocol::UserMessage>(msg);
        if (said == nullptr || !has_meta ||
            said->kind.value_or(protocol::InputMessageKind::plain) !=
                protocol::InputMessageKind::plain)
            continue;
        summary.first_user_message = said->message;
        return summary;
    }
    return std::nullopt;
}

}  // namespace

bool is_recorded(const EventMsg& msg) {
    using namespace protocol;
    const EventMsg::Alternatives& alternatives = msg;
    return std::visit(
        []<class T>(const T&) {
            constexpr bool kIsSaid =
                std::same_as<T, UserMessage> || std::same_as<T, AgentMessage> ||
                std::same_as<T, AgentReasoning> || std::same_as<T, AgentReasoningRawContent>;
            return kIsSaid || std::same_as<T, TokenCount> || std::same_as<T, EnteredReviewMode> ||
                   std::same_as<T, ExitedReviewMode> || std::same_as<T, TurnAborted> ||
                   std::same_as<T, UnknownEvent>;
        },
        alternatives);
}

RolloutWriter::RolloutWriter(base::LineFile file, fs::path path, const base::Clock& clock)
    : file_(std::move(file)), path_(std::move(path)), clock_(clock) {}

RolloutWriter RolloutWriter::create(const fs::path& codex_home, const SessionMeta& meta,
                                    const base::Clock& clock) {
    if (!is_uuid(meta.id)) {
        throw base::ConfigError(fmt::format("cannot record conversation \"{}\": its id is no UUID",
                                            base::cut(meta.id, 100)));
    }
    const base::LocalTime now = base::local_time(clock.wall());
    const fs::path folder = codex_home / kFolder / fmt::format("{:04}", now.year) /
                            fmt::format("{:02}", now.month) / fmt::format("{:02}", now.day);
    const fs::path path = folder / fmt::format("{}{:04}-{:02}-{:02}T{:02}-{:02}-{:02}-{}{}",
                                               kPrefix, now.year, now.month, now.day, now.hour,
                                               now.minute, now.second, meta.id, kSuffix);
    RolloutWriter writer(base::LineFile::create(path, kMode), path, clock);
    writer.append(meta);
    return writer;
}

RolloutWriter RolloutWriter::resume(const fs::path& file, const base::Clock& clock) {
    return {base::LineFile::open(file, kMode), file, clock};
}

void RolloutWriter::append(const RolloutItem& item) {
    if (const auto* msg = std::get_if<EventMsg>(&item); msg != nullptr && !is_recorded(*msg))
        return;
    Line line = render_line(item);
    file_.append(json::render(Value::object({{"timestamp", base::render_time_millis(clock_.wall())},
                                             {"type", std::move(line.type)},
                                             {"payload", std::move(line.payload)}})));
}

Rollout read_rollout(const fs::path& file) {
    const std::string text = base::read_file(file, kMaxBytes);
    if (base::trim(text).empty()) throw base::Error("empty session file " + file.string());
    Rollout rollout;
    bool has_meta = false;
    for (const std::string_view line : base::split_lines(text)) {
        if (base::trim(line).empty()) continue;
        auto item = parse_line(line);
        if (!item) {
            ++rollout.skipped_lines;
        } else if (auto* meta = std::get_if<SessionMeta>(&*item); meta != nullptr && !has_meta) {
            rollout.meta = std::move(*meta);
            has_meta = true;
        } else {
            rollout.items.push_back(*std::move(item));
        }
    }
    if (!has_meta) {
        throw base::Error("cannot read session file " + file.string() +
                          ": it has no session_meta line");
    }
    return rollout;
}

std::vector<RolloutSummary> list_rollouts(const fs::path& codex_home, std::size_t max_count) {
    std::vector<RolloutSummary> found;
    visit_files(codex_home, [&](const fs::path& file) {
        if (found.size() >= max_count) return false;
        try {
            if (auto summary = summarise(file)) found.push_back(*std::move(summary));
        } catch (const base::SystemError&) {
            // Not ours to read, or gone meanwhile.
        }
        return true;
    });
    return found;
}

std::optional<fs::path> find_rollout(const fs::path& codex_home, std::string_view id) {
    std::optional<fs::path> found;
    if (!is_uuid(id)) return found;
    const std::string wanted = "-" + base::to_lower(id) + std::string(kSuffix);
    visit_files(codex_home, [&](const fs::path& file) {
        if (!base::to_lower(file.filename().string()).ends_with(wanted)) return true;
        found = file;
        return false;
    });
    return found;
}

}  // namespace codex::agent
