// Variants of described structs: which alternative it is stands in a member of the object, or is
// the name of its only member.
//
//     template <> struct codex::json::Describe<TextInput> {
//         static constexpr std::string_view tag = "text";
//         template <class V> static void fields(V& v) { v("text", &TextInput::text); }
//     };
//     template <> struct codex::json::Codec<Input> : codex::json::Tagged<Input> {};
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "json/codec.h"

namespace codex::json {

inline constexpr std::string_view kTypeMember = "type";

namespace detail {

template <class Variant>
struct Alternatives;
template <class... A>
struct Alternatives<std::variant<A...>> {
    using Variant = std::variant<A...>;

    /// Alternatives without a Describe keep what is not known; nothing is read into them here.
    template <class T, class Read>
    static bool try_one(std::string_view tag, std::optional<Variant>& found, const Read& read_as) {
        if constexpr (Described<T>) {
            if (Describe<T>::tag != tag) return false;
            found.emplace(read_as.template operator()<T>());
            return true;
        } else {
            return false;
        }
    }
    template <class Read>
    static std::optional<Variant> read(std::string_view tag, const Read& read_as) {
        std::optional<Variant> found;
        (try_one<A>(tag, found, read_as) || ...);
        return found;
    }
    static std::string allowed() {
        std::string names;
        const auto add = [&](std::string_view name) {
            names += (names.empty() ? "" : ", ") + std::string(name);
        };
        (add(Describe<A>::tag), ...);
        return names;
    }
};

}  // namespace detail

/// The alternative that the member `name` of the object names; nullopt when no alternative has that
/// name. Throws JsonError when the member is no string, or the alternative cannot be read.
template <class Variant>
std::optional<Variant> read_tagged(const Value& value, const Path& path,
                                   std::string_view name = kTypeMember) {
    const Value* tag = detail::read_object(value, path).find(name);
    if (tag == nullptr) Path(path, name).fail("is missing");
    return detail::Alternatives<Variant>::read(
        detail::read_string(*tag, Path(path, name)),
        [&]<class T>() { return detail::read_fields<T>(value, path, name); });
}

/// An alternative of a variant with its name in the member `name`, first of all.
template <class T>
Value write_tagged(const T& item, std::string_view name = kTypeMember) {
    detail::Writer<T> writer(item);
    writer.tag(name, Describe<T>::tag);
    Describe<T>::fields(writer);
    return writer.take();
}

/// The Codec of a closed variant: {"type": "text", "text": "…"}.
template <class Variant, const std::string_view& kName = kTypeMember>
struct Tagged {
    static Variant read(const Value& value, const Path& path) {
        if (auto found = read_tagged<Variant>(value, path, kName)) return *std::move(found);
        Path(path, kName)
            .fail("is " + detail::quote(*value.find(kName)->as_string()) +
                  "; allowed: " + detail::Alternatives<Variant>::allowed());
    }
    static Value write(const Variant& item) {
        return std::visit([](const auto& one) { return write_tagged(one, kName); }, item);
    }
};

/// The Codec of a closed variant whose alternative is the object's only member: {"add": {…}}.
template <class Variant>
struct ExternallyTagged {
    static Variant read(const Value& value, const Path& path) {
        const Object& object = detail::read_object(value, path);
        if (object.members().size() != 1) {
            path.fail("holds " + std::to_string(object.members().size()) +
                      " members; it must hold one of " + detail::Alternatives<Variant>::allowed());
        }
        const auto& [tag, body] = object.members().front();
        const Path inner(path, tag);
        auto found = detail::Alternatives<Variant>::read(tag, [&, &content = body]<class T>() {
            return detail::read_fields<T>(content, inner);
        });
        if (found) return *std::move(found);
        path.fail("holds " + detail::quote(tag) +
                  "; allowed: " + detail::Alternatives<Variant>::allowed());
    }
    static Value write(const Variant& item) {
        return std::visit(
            []<class T>(const T& one) {
                return Value::object({{std::string(Describe<T>::tag), detail::write(one)}});
            },
            item);
    }
};

}  // namespace codex::json
