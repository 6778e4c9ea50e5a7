#include "json/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/text.h"
#include "json/rapidjson.h"

namespace codex::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Numbers come as text: RapidJSON 1.1's own conversion reads out of bounds on "0.00…(400 zeros)1"
// and lets infinity through.
std::optional<Value> parse_number(const char* text, std::size_t size) {
    const std::string_view number(text, size);
    const char* end = text + size;
    if (number.find_first_of(".eE") == std::string_view::npos) {
        std::int64_t whole = 0;
        if (std::from_chars(text, end, whole).ec == std::errc()) return Value(whole);
        std::uint64_t large = 0;
        if (std::from_chars(text, end, large).ec == std::errc()) return Value(large);
    }
    double value = 0;
    if (std::from_chars(text, end, value).ec == std::errc()) return Value(value);
    // Out of range: too near to zero is a zero, too far from it is no double.
    value = std::strtod(std::string(number).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
    return Value(value);
}

// Builds a Value from RapidJSON's events; the depth cap holds before anything could recurse over
// the result.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
  public:
    bool Null() { return add(Value()); }
    bool Bool(bool value) { return add(Value(value)); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        auto number = parse_number(text, size);
        return number ? add(*std::move(number)) : refuse("a number is too big for a double");
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return is_text(text, size) && add(Value(std::string(text, size)));
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        open_.back().name.assign(text, size);
        return is_text(text, size);
    }
    bool StartObject() { return start(true); }
    bool StartArray() { return start(false); }
    bool EndObject(rapidjson::SizeType) { return end(); }
    bool EndArray(rapidjson::SizeType) { return end(); }

    /// Why this handler stopped the parser; empty when it did not.
    const std::string& refusal() const { return refusal_; }
    Value take() { return std::move(root_); }

  private:
    struct Open {
        bool is_object = false;
        Array array;
        std::vector<Object::Member> members;
        std::string name;
    };

    bool refuse(std::string reason) {
        refusal_ = std::move(reason);
        return false;
    }

    // RapidJSON's own validation knows raw bytes only, not what escapes make: "\udc00" alone.
    bool is_text(const char* text, std::size_t size) {
        return base::is_valid_utf8({text, size}) ||
               refuse("a string is not valid UTF-8 or has half a surrogate pair");
    }

    bool start(bool is_object) {
        if (open_.size() == kMaxDepth) {
            return refuse("it nests deeper than " + std::to_string(kMaxDepth) + " levels");
        }
        open_.emplace_back();
        open_.back().is_object = is_object;
        return true;
    }

    bool end() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (!done.is_object) return add(Value(std::move(done.array)));
        return add(Value(Object::from_members(std::move(done.members))));
    }

    bool add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (open_.back().is_object) {
            open_.back().members.emplace_back(std::move(open_.back().name), std::move(value));
        } else {
            open_.back().array.push_back(std::move(value));
        }
        return true;
    }

    std::vector<Open> open_;
    Value root_;
    std::string refusal_;
};

// RapidJSON's sentence as the end of one of ours.
std::string explain(rapidjson::ParseErrorCode code) {
    std::string reason = base::to_lower(rapidjson::GetParseError_En(code));
    if (!reason.empty() && reason.back() == '.') reason.pop_back();
    return reason;
}

void require(bool written) {
    if (!written) throw JsonError("a value cannot be written as JSON");
}

template <class Writer>
void write(Writer& writer, const Value& value);

template <class Writer>
void write_string(Writer& writer, const std::string& text) {
    const auto put = [&](const std::string& valid) {
        require(writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size())));
    };
    base::is_valid_utf8(text) ? put(text) : put(base::to_valid_utf8(text));
}

template <class Writer>
struct WriteData {
    Writer& writer;
    void operator()(std::nullptr_t) const { require(writer.Null()); }
    void operator()(bool value) const { require(writer.Bool(value)); }
    void operator()(std::int64_t value) const { require(writer.Int64(value)); }
    void operator()(std::uint64_t value) const { require(writer.Uint64(value)); }
    void operator()(double value) const {
        // JSON has no NaN and no infinity.
        require(std::isfinite(value) ? writer.Double(value) : writer.Null());
    }
    void operator()(const std::string& text) const { write_string(writer, text); }
    void operator()(const Array& array) const {
        require(writer.StartArray());
        for (const Value& item : array) write(writer, item);
        require(writer.EndArray());
    }
    void operator()(const Object& object) const {
        require(writer.StartObject());
        for (const auto& [name, item] : object.members()) {
            write_string(writer, name);
            write(writer, item);
        }
        require(writer.EndObject());
    }
};

template <class Writer>
void write(Writer& writer, const Value& value) {
    std::visit(WriteData<Writer>{writer}, value.data());
}

}  // namespace

const Value* Object::find(std::string_view name) const {
    for (const Member& member : members_) {
        if (member.first == name) return &member.second;
    }
    return nullptr;
}

void Object::set(std::string name, Value value) {
    for (Member& member : members_) {
        if (member.first == name) {
            member.second = std::move(value);
            return;
        }
    }
    members_.emplace_back(std::move(name), std::move(value));
}

Object Object::from_members(std::vector<Member> members) {
    // A name that occurs twice keeps its last value at its first place; sorting indexes keeps
    // hostile objects cheap.
    std::vector<std::size_t> order(members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return members[a].first < members[b].first;
    });
    std::vector<bool> dropped(members.size(), false);
    bool any = false;
    for (std::size_t i = 1; i < order.size(); ++i) {
        const std::size_t earlier = order[i - 1];
        const std::size_t later = order[i];
        if (members[earlier].first != members[later].first) continue;
        members[earlier].second = std::move(members[later].second);
        dropped[later] = true;
        order[i] = earlier;
        any = true;
    }
    Object object;
    if (!any) {
        object.members_ = std::move(members);
        return object;
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!dropped[i]) object.members_.push_back(std::move(members[i]));
    }
    return object;
}

bool operator==(const Object& a, const Object& b) {
    return a.members_ == b.members_;
}
bool operator==(const Value& a, const Value& b) {
    return a.data_ == b.data_;
}

Value::Value(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        data_ = static_cast<std::int64_t>(value);
    } else {
        data_ = value;
    }
}

Value Value::object(std::vector<std::pair<std::string, Value>> members) {
    return Object::from_members(std::move(members));
}

std::optional<std::int64_t> Value::as_integer() const {
    if (const auto* value = std::get_if<std::int64_t>(&data_)) return *value;
    return std::nullopt;
}

std::optional<double> Value::as_number() const {
    if (const auto* value = std::get_if<double>(&data_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*value);
    if (const auto* value = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*value);
    return std::nullopt;
}

const Value* Value::find(std::string_view name) const {
    const Object* object = as_object();
    return object == nullptr ? nullptr : object->find(name);
}

Value parse(std::string_view text, std::string_view what, std::size_t max_bytes) {
    const auto fail = [&](std::size_t offset, std::string_view reason) {
        return JsonError(std::string(what) + " is not valid JSON at byte " +
                         std::to_string(offset) + ": " + std::string(reason));
    };
    if (text.size() > max_bytes) {
        throw JsonError(std::string(what) + " is larger than " + std::to_string(max_bytes) +
                        " bytes");
    }
    // RFC 8259 section 8.1 lets a reader ignore a byte order mark.
    const std::size_t mark = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    rapidjson::MemoryStream input(text.data() + mark, text.size() - mark);
    rapidjson::Reader reader;
    Builder builder;
    constexpr unsigned kFlags =
        rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(input, builder);
    if (!builder.refusal().empty()) throw fail(mark + result.Offset(), builder.refusal());
    if (result.IsError()) throw fail(mark + result.Offset(), explain(result.Code()));
    // RapidJSON takes a NUL for the end of the text.
    if (mark + input.Tell() != text.size()) {
        throw fail(mark + input.Tell(), explain(rapidjson::kParseErrorDocumentRootNotSingular));
    }
    return builder.take();
}

std::string render(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    write(writer, value);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string render_pretty(const Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 2);
    write(writer, value);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string string_or_empty(const Value* value) {
    const std::string* text = value == nullptr ? nullptr : value->as_string();
    return text == nullptr ? std::string() : *text;
}

std::string_view kind(const Value& value) {
    if (value.is_null()) return "null";
    if (value.as_bool() != nullptr) return "a boolean";
    if (value.as_string() != nullptr) return "a string";
    if (value.as_array() != nullptr) return "an array";
    if (value.as_object() != nullptr) return "an object";
    return "a number";
}

}  // namespace codex::json
