// A visitor that turns Keys into KeyDescriptions.
#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "config/describe.h"
#include "config/encode.h"

namespace codex::config {

template <class T>
class Describer {
  public:
    explicit Describer(std::vector<KeyDescription>& into) : into_(into) {}

    template <class Owner, class M>
    void operator()(const Key& key, M Owner::*member) {
        KeyDescription description;
        description.key = key;
        fill<M>(description);
        if constexpr (!json::detail::IsOptional<M>::value && !json::detail::IsStringMap<M>::value &&
                      !HasKeys<M>)
            description.default_text = json::render(json::encode(defaults_.*member));
        into_.push_back(std::move(description));
    }

  private:
    template <class M>
    static void fill(KeyDescription& into) {
        if constexpr (json::detail::IsOptional<M>::value) {
            fill<typename M::value_type>(into);
        } else if constexpr (json::detail::IsStringMap<M>::value) {
            fill<typename M::mapped_type>(into);
            into.is_map = true;
        } else if constexpr (HasKeys<M>) {
            into.kind = Kind::table;
            Describer<M> describer(into.members);
            Keys<M>::list(describer);
        } else if constexpr (std::is_enum_v<M>) {
            into.kind = Kind::choice;
            for (const auto& [value, name] : json::EnumNames<M>::names)
                into.choices.push_back(name);
        } else if constexpr (std::is_same_v<M, bool>) {
            into.kind = Kind::boolean;
        } else if constexpr (std::is_integral_v<M>) {
            into.kind = Kind::integer;
        } else if constexpr (std::is_floating_point_v<M>) {
            into.kind = Kind::number;
        } else if constexpr (std::is_same_v<M, std::string>) {
            into.kind = Kind::text;
        } else if constexpr (json::detail::IsVector<M>::value) {
            if constexpr (HasKeys<typename M::value_type>) {
                fill<typename M::value_type>(into);
                into.is_list = true;
            } else {
                into.kind = Kind::texts;
            }
        } else {
            static_assert(std::is_same_v<M, json::Value>, "no description for this type");
            into.kind = Kind::anything;
        }
    }

    T defaults_{};
    std::vector<KeyDescription>& into_;
};

}  // namespace codex::config
