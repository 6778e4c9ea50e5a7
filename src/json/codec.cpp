#include "json/codec.h"

#include <algorithm>

#include "base/text.h"

namespace codex::json {
namespace {

// Enough to recognise a text from outside in a message; the rest is cut.
constexpr std::size_t kMaxQuotedBytes = 60;

// A member of a described struct is a plain word; a key of a map may be anything.
bool is_plain_name(std::string_view name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '$';
    };
    return !name.empty() && name.size() <= kMaxQuotedBytes &&
           std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace

std::string Path::render() const {
    std::vector<const Path*> steps;
    for (const Path* step = this; step->parent_ != nullptr; step = step->parent_)
        steps.push_back(step);
    std::string text = "$";
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if ((*step)->is_index_) {
            text += "[" + std::to_string((*step)->index_) + "]";
        } else if (is_plain_name((*step)->member_)) {
            text += "." + std::string((*step)->member_);
        } else {
            text += "[" + detail::quote((*step)->member_) + "]";
        }
    }
    return text;
}

void Path::fail(std::string_view message) const {
    throw JsonError(render() + " " + std::string(message));
}

void Path::expected(std::string_view what, const Value& found) const {
    throw JsonError(render() + ": expected " + std::string(what) + ", found " +
                    std::string(kind(found)));
}

namespace detail {

std::string quote(std::string_view text) {
    const std::string_view kept = base::utf8_prefix(text, kMaxQuotedBytes);
    std::string quoted = render(Value(kept));
    if (kept.size() < text.size()) quoted.insert(quoted.size() - 1, "…");
    return quoted;
}

bool read_bool(const Value& value, const Path& path) {
    if (const bool* found = value.as_bool()) return *found;
    path.expected("a boolean", value);
}

std::int64_t read_integer(const Value& value, const Path& path, std::int64_t low,
                          std::int64_t high) {
    const auto found = value.as_integer();
    if (found && *found >= low && *found <= high) return *found;
    if (found || std::holds_alternative<std::uint64_t>(value.data())) {
        path.fail("is " + render(value) + "; allowed: " + std::to_string(low) + " to " +
                  std::to_string(high));
    }
    if (value.as_number()) path.fail("is " + render(value) + ", not an integer");
    path.expected("an integer", value);
}

std::uint64_t read_unsigned(const Value& value, const Path& path) {
    if (const auto* large = std::get_if<std::uint64_t>(&value.data())) return *large;
    return static_cast<std::uint64_t>(
        read_integer(value, path, 0, std::numeric_limits<std::int64_t>::max()));
}

double read_number(const Value& value, const Path& path) {
    const auto found = value.as_number();
    if (!found) path.expected("a number", value);
    return *found;
}

const std::string& read_string(const Value& value, const Path& path) {
    if (const std::string* found = value.as_string()) return *found;
    path.expected("a string", value);
}

const Array& read_array(const Value& value, const Path& path) {
    if (const Array* found = value.as_array()) return *found;
    path.expected("an array", value);
}

const Object& read_object(const Value& value, const Path& path) {
    if (const Object* found = value.as_object()) return *found;
    path.expected("an object", value);
}

Object without(const Object& object, const std::vector<std::string_view>& names) {
    std::vector<Object::Member> others;
    for (const Object::Member& member : object.members()) {
        if (std::find(names.begin(), names.end(), member.first) == names.end())
            others.push_back(member);
    }
    return Object::from_members(std::move(others));
}

Object with_extra(std::vector<Object::Member> members, const Object& extra) {
    const auto own = static_cast<std::ptrdiff_t>(members.size());
    for (const Object::Member& member : extra.members()) {
        if (std::none_of(members.begin(), members.begin() + own,
                         [&](const Object::Member& taken) { return taken.first == member.first; }))
            members.push_back(member);
    }
    return Object::from_members(std::move(members));
}

}  // namespace detail
}  // namespace codex::json
