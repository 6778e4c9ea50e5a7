// Structs to JSON and back from one field list, which also gives the tool's JSON Schema.
//
//     template <> struct codex::json::Describe<Point> {
//         template <class V> static void fields(V& v) {
//             v("x", &Point::x, "column, 0-based");      // required
//             v("label", &Point::label, "free text");    // std::optional: may be absent or null
//             v("tags", &Point::tags, optional);          // absent means the member's default
//             v("next", &Point::next, nullable);          // std::optional: written as null
//             v("notes", &Point::notes, unless_empty);    // a vector: written when it holds
//             something
//         }
//     };
//     template <> struct codex::json::EnumNames<Color> {
//         static constexpr std::pair<Color, std::string_view> names[] = {{Color::red, "red"}, …};
//     };
//
// decode<Point>(value) throws JsonError with the path of what is wrong. It ignores members that it
// does not know, unless the struct has a member `Object extra`: that one keeps them, and they are
// written again behind the others. std::optional<std::optional<T>> tells absent from null.
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

/// Specialise for what no field list can describe:
/// static T read(const Value&, const Path&) and static Value write(const T&).
template <class T>
struct Codec;

/// Marks a field that may be absent: the member keeps its default, and is always written.
struct Optional {};
inline constexpr Optional optional{};
/// Marks a std::optional that is written as null when it has no value, and may be absent all the
/// same.
struct Nullable {};
inline constexpr Nullable nullable{};
/// Marks a container that may be absent, and is left out when it is empty.
struct UnlessEmpty {};
inline constexpr UnlessEmpty unless_empty{};

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
concept Custom = requires {
    sizeof(Codec<T>);
};
template <class T>
concept KeepsExtra = requires(T& item) {
    { item.extra } -> std::same_as<Object&>;
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
std::uint64_t read_unsigned(const Value& value, const Path& path);
double read_number(const Value& value, const Path& path);
const std::string& read_string(const Value& value, const Path& path);
const Array& read_array(const Value& value, const Path& path);
const Object& read_object(const Value& value, const Path& path);
/// The members whose names are not among `names`.
Object without(const Object& object, const std::vector<std::string_view>& names);
/// `members`, then those of `extra` that have another name.
Object with_extra(std::vector<Object::Member> members, const Object& extra);

template <class T>
T read(const Value& value, const Path& path);

template <class T>
class Reader {
  public:
    /// `known` is a member that belongs to no field: what tells the alternatives of a variant
    /// apart.
    Reader(T& into, const Object& object, const Path& path, std::string_view known)
        : into_(into), object_(object), path_(path) {
        if (!known.empty()) names_.push_back(known);
    }
    template <class M>
    void operator()(std::string_view name, M T::*member, std::string_view /*description*/ = {}) {
        const Value* value = find(name);
        if constexpr (IsOptional<M>::value) {
            if (value != nullptr &&
                (IsOptional<typename M::value_type>::value || !value->is_null()))
                (into_.*member).emplace(read<typename M::value_type>(*value, Path(path_, name)));
        } else {
            if (value == nullptr) Path(path_, name).fail("is missing");
            (into_.*member) = read<M>(*value, Path(path_, name));
        }
    }
    template <class M>
    void operator()(std::string_view name, M T::*member, Optional,
                    std::string_view /*description*/ = {}) {
        const Value* value = find(name);
        if (value != nullptr && !value->is_null())
            (into_.*member) = read<M>(*value, Path(path_, name));
    }
    template <class M>
    void operator()(std::string_view name, M T::*member, UnlessEmpty,
                    std::string_view description = {}) {
        (*this)(name, member, optional, description);
    }
    template <class M>
    void operator()(std::string_view name, std::optional<M> T::*member, Nullable,
                    std::string_view description = {}) {
        (*this)(name, member, description);
    }
    /// Once all fields are read.
    void keep_extra() {
        if constexpr (KeepsExtra<T>) into_.extra = without(object_, names_);
    }

  private:
    const Value* find(std::string_view name) {
        if constexpr (KeepsExtra<T>) names_.push_back(name);
        return object_.find(name);
    }

    T& into_;
    const Object& object_;
    const Path& path_;
    std::vector<std::string_view> names_;
};

/// `tag` is the member that told which type to read; a struct with extras does not keep it.
template <class T>
T read_fields(const Value& value, const Path& path, std::string_view tag = {}) {
    T item{};
    Reader<T> reader(item, read_object(value, path), path, tag);
    Describe<T>::fields(reader);
    reader.keep_extra();
    return item;
}

template <class T>
T read(const Value& value, const Path& path) {
    if constexpr (std::same_as<T, Value>) {
        return value;
    } else if constexpr (std::same_as<T, Object>) {
        return read_object(value, path);
    } else if constexpr (Custom<T>) {
        return Codec<T>::read(value, path);
    } else if constexpr (std::same_as<T, bool>) {
        return read_bool(value, path);
    } else if constexpr (std::same_as<T, std::uint64_t>) {
        return read_unsigned(value, path);
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
        return read_fields<T>(value, path);
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
        if constexpr (IsOptional<M>::value && !(std::same_as<Rest, Nullable> || ...)) {
            if (!(from_.*member)) return;
        }
        if constexpr ((std::same_as<Rest, UnlessEmpty> || ...)) {
            if ((from_.*member).empty()) return;
        }
        members_.emplace_back(std::string(name), write(from_.*member));
    }
    /// A member before the fields: what tells the alternatives of a variant apart.
    void tag(std::string_view name, std::string_view value) {
        members_.emplace_back(std::string(name), Value(value));
    }
    Object take() {
        if constexpr (KeepsExtra<T>) {
            return with_extra(std::move(members_), from_.extra);
        } else {
            return Object::from_members(std::move(members_));
        }
    }

  private:
    const T& from_;
    std::vector<Object::Member> members_;
};

template <class T>
Value write(const T& item) {
    if constexpr (std::same_as<T, Value> || std::same_as<T, Object>) {
        return item;
    } else if constexpr (Custom<T>) {
        return Codec<T>::write(item);
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
