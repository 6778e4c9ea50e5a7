// Structs to JSON and back from one field list, which also gives the tool's JSON Schema.
//
//     template <> struct codex::json::Describe<Point> {
//         template <class V> static void fields(V& v) {
//             v("x", &Point::x, "column, 0-based");      // required
//             v("label", &Point::label, "free text");    // std::optional: may be absent or null
//             v("tags", &Point::tags, optional);          // absent means the member's default
//         }
//     };
//     template <> struct codex::json::EnumNames<Color> {
//         static constexpr std::pair<Color, std::string_view> names[] = {{Color::red, "red"}, …};
//     };
//
// decode<Point>(value) ignores unknown members and throws JsonError with the path of what is wrong.
#pragma once

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "json/value.h"

namespace codex::json {

template <class T>
struct Describe;  // specialised for structs: static void fields(V&)
template <class T>
struct EnumNames;  // specialised for enums: static constexpr pair<T, string_view> names[]

/// Marks a field that may be absent: the member keeps its default, and is always written.
struct Optional {};
inline constexpr Optional optional{};

/// The place in the text, kept while decoding so that an error can say it.
class Path {
  public:
    Path() = default;
    Path(const Path& parent, std::string_view member) : parent_(&parent), member_(member) {}
    Path(const Path& parent, std::size_t index)
        : parent_(&parent), index_(index), is_index_(true) {}
    std::string render() const;  // "$.findings[2].title"
    [[noreturn]] void fail(std::string_view message) const;
    [[noreturn]] void expected(std::string_view what, const Value& found) const;

  private:
    const Path* parent_ = nullptr;
    std::string_view member_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

namespace detail {

template <class T>
concept Described = requires {
    sizeof(Describe<T>);
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires {
    EnumNames<T>::names;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

/// `text` as JSON writes it, cut when long: for messages.
std::string quote(std::string_view text);

bool read_bool(const Value& value, const Path& path);
std::int64_t read_integer(const Value& value, const Path& path, std::int64_t low,
                          std::int64_t high);
double read_number(const Value& value, const Path& path);
const std::string& read_string(const Value& value, const Path& path);
const Array& read_array(const Value& value, const Path& path);
const Object& read_object(const Value& value, const Path& path);

template <class T>
T read(const Value& value, const Path& path);

template <class T>
class Reader {
  public:
    Reader(T& into, const Object& object, const Path& path)
        : into_(into), object_(object), path_(path) {}
    template <class M>
    void operator()(std::string_view name, M T::*member, std::string_view /*description*/ = {}) {
        const Value* value = object_.find(name);
        if constexpr (IsOptional<M>::value) {
            if (value != nullptr && !value->is_null())
                (into_.*member) = read<M>(*value, Path(path_, name));
        } else {
            if (value == nullptr) Path(path_, name).fail("is missing");
            (into_.*member) = read<M>(*value, Path(path_, name));
        }
    }
    template <class M>
    void operator()(std::string_view name, M T::*member, Optional,
                    std::string_view /*description*/ = {}) {
        const Value* value = object_.find(name);
        if (value != nullptr && !value->is_null())
            (into_.*member) = read<M>(*value, Path(path_, name));
    }

  private:
    T& into_;
    const Object& object_;
    const Path& path_;
};

template <class T>
T read(const Value& value, const Path& path) {
    if constexpr (std::same_as<T, Value>) {
        return value;
    } else if constexpr (std::same_as<T, bool>) {
        return read_bool(value, path);
    } else if constexpr (std::integral<T>) {
        constexpr std::int64_t low =
            std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
        constexpr std::int64_t high =
            sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max()
                           : static_cast<std::int64_t>(std::numeric_limits<T>::max());
        return static_cast<T>(read_integer(value, path, low, high));
    } else if constexpr (std::floating_point<T>) {
        return static_cast<T>(read_number(value, path));
    } else if constexpr (std::same_as<T, std::string>) {
        return read_string(value, path);
    } else if constexpr (IsOptional<T>::value) {
        if (value.is_null()) return std::nullopt;
        return read<typename T::value_type>(value, path);
    } else if constexpr (IsVector<T>::value) {
        T items;
        const Array& array = read_array(value, path);
        items.reserve(array.size());
        for (std::size_t i = 0; i < array.size(); ++i) {
            items.push_back(read<typename T::value_type>(array[i], Path(path, i)));
        }
        return items;
    } else if constexpr (IsStringMap<T>::value) {
        T items;
        for (const auto& [name, item] : read_object(value, path).members()) {
            items[name] = read<typename T::mapped_type>(item, Path(path, name));
        }
        return items;
    } else if constexpr (NamedEnum<T>) {
        const std::string& text = read_string(value, path);
        std::string allowed;
        for (const auto& [item, name] : EnumNames<T>::names) {
            if (name == text) return item;
            allowed += (allowed.empty() ? "" : ", ") + std::string(name);
        }
        path.fail("is " + quote(text) + "; allowed: " + allowed);
    } else {
        static_assert(Described<T>, "no JSON description for this type");
        T item{};
        Reader<T> reader(item, read_object(value, path), path);
        Describe<T>::fields(reader);
        return item;
    }
}

template <class T>
Value write(const T& item);

template <class T>
class Writer {
  public:
    explicit Writer(const T& from) : from_(from) {}
    template <class M, class... Rest>
    void operator()(std::string_view name, M T::*member, Rest...) {
        if constexpr (IsOptional<M>::value) {
            if (!(from_.*member)) return;
        }
        object_.set(std::string(name), write(from_.*member));
    }
    Object take() { return std::move(object_); }

  private:
    const T& from_;
    Object object_;
};

template <class T>
Value write(const T& item) {
    if constexpr (std::same_as<T, Value>) {
        return item;
    } else if constexpr (std::same_as<T, bool>) {
        return Value(item);
    } else if constexpr (std::unsigned_integral<T>) {
        return Value(std::uint64_t{item});
    } else if constexpr (std::integral<T>) {
        return Value(std::int64_t{item});
    } else if constexpr (std::floating_point<T>) {
        return Value(double{item});
    } else if constexpr (std::same_as<T, std::string>) {
        return Value(item);
    } else if constexpr (IsOptional<T>::value) {
        return item ? write(*item) : Value(nullptr);
    } else if constexpr (IsVector<T>::value) {
        Array array;
        for (const auto& element : item) array.push_back(write(element));
        return Value(std::move(array));
    } else if constexpr (IsStringMap<T>::value) {
        std::vector<Object::Member> members;
        members.reserve(item.size());
        for (const auto& [name, element] : item) members.emplace_back(name, write(element));
        return Value(Object::from_members(std::move(members)));
    } else if constexpr (NamedEnum<T>) {
        for (const auto& [value, name] : EnumNames<T>::names) {
            if (value == item) return Value(name);
        }
        throw JsonError("an enumerator without a JSON name");
    } else {
        static_assert(Described<T>, "no JSON description for this type");
        Writer<T> writer(item);
        Describe<T>::fields(writer);
        return Value(writer.take());
    }
}

}  // namespace detail

/// Throws JsonError with the path of the first thing that is missing or of another type, or of an
/// integer that its field cannot hold (or that std::int64_t cannot).
template <class T>
T decode(const Value& value) {
    return detail::read<T>(value, Path());
}

template <class T>
Value encode(const T& item) {
    return detail::write(item);
}

}  // namespace codex::json
