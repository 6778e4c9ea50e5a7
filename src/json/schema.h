// The JSON Schema of a described struct: the third use of its field list, for tools and structured
// output.
#pragma once

#include "json/codec.h"

namespace codex::json {

/// What the schema must satisfy. `strict` is the model API's strict mode: every property is
/// required and optional ones are nullable instead; additionalProperties is false in both.
enum class SchemaMode { lenient, strict };

template <class T>
Value schema(SchemaMode mode);

namespace detail {

template <class T>
class SchemaWriter {
  public:
    explicit SchemaWriter(SchemaMode mode) : mode_(mode) {}
    template <class M>
    void operator()(std::string_view name, M T::*, std::string_view description = {}) {
        add(name, schema<M>(mode_), !IsOptional<M>::value || mode_ == SchemaMode::strict,
            description);
    }
    template <class M>
    void operator()(std::string_view name, M T::*, Optional, std::string_view description = {}) {
        add(name, schema<M>(mode_), mode_ == SchemaMode::strict, description);
    }
    template <class M>
    void operator()(std::string_view name, M T::*, UnlessEmpty, std::string_view description = {}) {
        add(name, schema<M>(mode_), mode_ == SchemaMode::strict, description);
    }
    template <class M>
    void operator()(std::string_view name, std::optional<M> T::*, Nullable,
                    std::string_view description = {}) {
        add(name,
            Value::object({{"anyOf", Array{schema<M>(mode_), Value::object({{"type", "null"}})}}}),
            mode_ == SchemaMode::strict, description);
    }
    Value take() {
        return Value::object({{"type", "object"},
                              {"properties", Value(std::move(properties_))},
                              {"required", Value(std::move(required_))},
                              {"additionalProperties", false}});
    }

  private:
    void add(std::string_view name, Value property, bool required, std::string_view description) {
        if (!description.empty()) property.as_object()->set("description", Value(description));
        properties_.set(std::string(name), std::move(property));
        if (required) required_.push_back(Value(name));
    }
    SchemaMode mode_;
    Object properties_;
    Array required_;
};

}  // namespace detail

template <class T>
Value schema(SchemaMode mode) {
    const auto type = [](std::string_view name) { return Value::object({{"type", Value(name)}}); };
    if constexpr (std::same_as<T, Value>) {
        return Value(Object());
    } else if constexpr (std::same_as<T, bool>) {
        return type("boolean");
    } else if constexpr (std::integral<T>) {
        return type("integer");
    } else if constexpr (std::floating_point<T>) {
        return type("number");
    } else if constexpr (std::same_as<T, std::string>) {
        return type("string");
    } else if constexpr (detail::IsOptional<T>::value) {
        Value inner = schema<typename T::value_type>(mode);
        if (mode == SchemaMode::lenient) return inner;
        return Value::object({{"anyOf", Value(Array{std::move(inner), type("null")})}});
    } else if constexpr (detail::IsVector<T>::value) {
        return Value::object({{"type", "array"}, {"items", schema<typename T::value_type>(mode)}});
    } else if constexpr (detail::NamedEnum<T>) {
        Array names;
        for (const auto& [value, name] : EnumNames<T>::names) names.push_back(Value(name));
        return Value::object({{"type", "string"}, {"enum", Value(std::move(names))}});
    } else {
        static_assert(detail::Described<T>, "no JSON description for this type");
        detail::SchemaWriter<T> writer(mode);
        Describe<T>::fields(writer);
        return writer.take();
    }
}

}  // namespace codex::json
