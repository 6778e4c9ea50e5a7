// From a parsed file to a struct with Keys: each value that is there goes over what the struct
// holds, with its origin; everything that is wrong is kept, not only the first.
#pragma once

#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "base/text.h"
#include "config/keys.h"
#include "config/origin.h"
#include "config/tree.h"

namespace codex::config {

/// A key that nobody knows, or that stands where it has no meaning.
struct UnknownKey {
    Problem problem;        // what --strict-config says
    bool is_other = false;  // known from other versions of the program
};

struct Findings {
    std::vector<Problem> problems;
    std::vector<UnknownKey> unknown;
    std::set<std::string> without_effect;  // keys
};

/// Whether another version of the program knows this key.
bool is_key_of_other_versions(std::string_view path);

/// What a value is and, unless it is a secret, its text: `the text "x"`, "the whole number 5".
std::string describe_value(const Node& node, bool is_secret);

/// Why this is no address; empty when it is one. http is one, also to other machines: what may be
/// sent there is a question of its own.
std::string check_address(std::string_view text);

template <class M>
struct IsTables : std::false_type {};
template <HasKeys T>
struct IsTables<std::vector<T>> : std::true_type {};

class TreeReader {
  public:
    TreeReader(Origins& origins, Findings& findings) : origins_(origins), findings_(findings) {}

    /// Where the next tables come from. `is_replacing`: an empty table empties a map.
    /// `only`: when not kNoTrait, top-level keys must have this trait.
    void start(Origin origin, bool is_replacing = false, unsigned only = kNoTrait) {
        origin_ = std::move(origin);
        is_replacing_ = is_replacing;
        only_ = only;
    }

    template <HasKeys T>
    void read(const Table& table, T& into, const std::string& path = {}) {
        TableReader<T> reader{*this, table, into, path, std::vector<bool>(table.size()), {}};
        Keys<T>::list(reader);
        for (std::size_t i = 0; i < table.size(); ++i) {
            if (!reader.used[i]) note_unknown(table[i], path, reader.names);
        }
    }

    void fail(const Node& node, const std::string& path, std::string message);

  private:
    template <class T>
    struct TableReader {
        TreeReader& reader;
        const Table& table;
        T& into;
        const std::string& path;
        std::vector<bool> used;
        std::vector<std::string_view> names;

        template <class Owner, class M>
        void operator()(const Key& key, M Owner::*member) {
            names.push_back(key.name);
            const Entry* entry = find(table, key.name);
            if (entry == nullptr) return;
            if (path.empty() && reader.only_ != kNoTrait && (key.traits & reader.only_) == 0)
                return;
            used[static_cast<std::size_t>(entry - table.data())] = true;
            const std::string name = join_key(path, key.name);
            reader.read_value(entry->value, name, key, into.*member);
            if ((key.traits & kNoEffect) == 0) return;
            // Whoever writes the default down misses nothing.
            if (!(into.*member == T{}.*member)) reader.findings_.without_effect.insert(name);
        }
    };

    template <class M>
    bool read_value(const Node& node, const std::string& path, const Key& key, M& into) {
        if constexpr (json::detail::IsOptional<M>::value) {
            typename M::value_type value{};
            if (!read_value(node, path, key, value)) return false;
            into = std::move(value);
            return true;
        } else if constexpr (json::detail::IsStringMap<M>::value) {
            return read_map(node, path, key, into);
        } else if constexpr (IsTables<M>::value) {
            return read_tables(node, path, key, into);
        } else if constexpr (HasKeys<M>) {
            const auto* table = node.template as<Table>();
            if (table == nullptr) return expected("a table", node, path, key);
            read(*table, into, path);
            return true;
        } else {
            const bool is_read = read_leaf(node, path, key, into);
            if (is_read) set_origin(path, node);
            return is_read;
        }
    }

    template <class M>
    bool read_map(const Node& node, const std::string& path, const Key& key, M& into) {
        const auto* table = node.template as<Table>();
        if (table == nullptr) return expected("a table", node, path, key);
        if (is_replacing_ && table->empty()) {
            into.clear();
            forget(path, node);
        }
        for (const Entry& entry : *table) {
            const std::string name = join_key(path, entry.key);
            auto [place, is_new] = into.try_emplace(entry.key);
            if (!read_value(entry.value, name, key, place->second)) {
                if (is_new) into.erase(place);
            } else if (const auto* item = entry.value.template as<Table>();
                       item != nullptr && item->empty()) {
                set_origin(name, entry.value);
            }
        }
        return true;
    }

    template <class Items>
    bool read_tables(const Node& node, const std::string& path, const Key& key, Items& into) {
        const auto* sequence = node.template as<Sequence>();
        if (sequence == nullptr) return expected("a list of tables", node, path, key);
        into.clear();
        for (std::size_t i = 0; i < sequence->size(); ++i) {
            const Node& item = (*sequence)[i];
            const std::string name = path + "[" + std::to_string(i) + "]";
            const auto* table = item.template as<Table>();
            if (table != nullptr) {
                read(*table, into.emplace_back(), name);
            } else {
                expected("a table", item, name, key);
            }
        }
        set_origin(path, node);
        return true;
    }

    bool read_leaf(const Node& node, const std::string& path, const Key& key, bool& into);
    bool read_leaf(const Node& node, const std::string& path, const Key& key, std::int64_t& into);
    bool read_leaf(const Node& node, const std::string& path, const Key& key, double& into);
    bool read_leaf(const Node& node, const std::string& path, const Key& key, std::string& into);
    bool read_leaf(const Node& node, const std::string& path, const Key& key,
                   std::vector<std::string>& into);
    bool read_leaf(const Node& node, const std::string& path, const Key& key, json::Value& into);
    template <class E>
    requires std::is_enum_v<E>
    bool read_leaf(const Node& node, const std::string& path, const Key& key, E& into) {
        std::vector<std::string> allowed;
        const std::string* text = text_of(node);
        for (const auto& [value, name] : json::EnumNames<E>::names) {
            if (text != nullptr && name == *text) {
                into = value;
                return true;
            }
            allowed.emplace_back(name);
        }
        return expected("one of " + base::join(allowed, ", "), node, path, key);
    }

    /// A bare word of the command line or of a variable is a text where one is wanted.
    static const std::string* text_of(const Node& node);
    bool check_range(double number, const Node& node, const std::string& path, const Key& key);
    /// Always false.
    bool expected(std::string_view what, const Node& node, const std::string& path, const Key& key);
    void set_origin(const std::string& path, const Node& node);
    void forget(const std::string& path, const Node& node);
    void note_unknown(const Entry& entry, const std::string& path,
                      const std::vector<std::string_view>& names);

    Origins& origins_;
    Findings& findings_;
    Origin origin_;
    bool is_replacing_ = false;
    unsigned only_ = kNoTrait;
};

}  // namespace codex::config
