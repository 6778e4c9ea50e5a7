#include "json/codec.h"

#include <algorithm>

namespace codex::json {

std::string Path::render() const {
    std::vector<const Path*> steps;
    for (const Path* step = this; step->parent_ != nullptr; step = step->parent_)
        steps.push_back(step);
    std::string text = "$";
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        text += (*step)->is_index_ ? "[" + std::to_string((*step)->index_) + "]"
                                   : "." + std::string((*step)->member_);
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

bool read_bool(const Value& value, const Path& path) {
    if (const bool* found = value.as_bool()) return *found;
    path.expected("a boolean", value);
}

std::int64_t read_integer(const Value& value, const Path& path, std::int64_t low,
                          std::int64_t high) {
    const auto found = value.as_integer();
    if (!found) path.expected("an integer", value);
    if (*found < low || *found > high) {
        path.fail("is " + std::to_string(*found) + "; allowed: " + std::to_string(low) + " to " +
                  std::to_string(high));
    }
    return *found;
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

}  // namespace detail
}  // namespace codex::json
