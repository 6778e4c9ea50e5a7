// yaml-cpp is seen here only, and of it only the events: nothing is built that an alias could
// multiply.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <unordered_set>

#include "base/text.h"
#include "config/tree.h"

namespace codex::config {
namespace {

Position to_position(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// 7, -12: what YAML 1.1, YAML 1.2 and JSON read alike.
bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return all_digits(text) && (text.size() == 1 || text.front() != '0');
}

bool is_decimal(std::string_view text) {
    const std::size_t point = text.find('.');
    return point != std::string_view::npos && is_integer(text.substr(0, point)) &&
           all_digits(text.substr(point + 1));
}

// Words and numbers that one version of YAML reads as text and another as something else
// (yaml.org/type: bool, int, float, timestamp).
bool is_unclear(std::string_view text) {
    const std::string lower = base::to_lower(text);
    for (const std::string_view word : {"yes", "no", "on", "off", "y", "n"}) {
        if (lower == word) return true;
    }
    std::string_view rest = lower;
    if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
    if (rest == ".inf" || rest == ".nan") return true;
    const bool is_number =
        !rest.empty() &&
        (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1])));
    return is_number && std::count(rest.begin(), rest.end(), '.') <= 1 &&
           rest.find_first_not_of("0123456789abcdefox_.:+-t z") == std::string_view::npos;
}

Node read_scalar(const std::string& text, bool is_plain, Position position) {
    Node node;
    node.position = position;
    if (!is_plain) {
        node.data = text;
    } else if (text == "true" || text == "false") {
        node.data = text == "true";
    } else if (const auto integer = base::parse_integer(text); integer && is_integer(text)) {
        node.data = *integer;
    } else if (double number = 0;
               is_decimal(text) &&
               std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) {
        node.data = number;
    } else if (text == "True" || text == "TRUE" || text == "False" || text == "FALSE" ||
               is_unclear(text)) {
        node.data = Unclear{fmt::format(
            "`{}`, which YAML readers take for different things (quote it if it is text)",
            base::cut(text, 40))};
    } else {
        node.data = text;
    }
    return node;
}

// Builds the tree; throws SyntaxError for whatever the strict subset leaves out.
class Builder : public YAML::EventHandler {
  public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        throw SyntaxError(to_position(mark), "anchors (&name) are not allowed here");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw SyntaxError(to_position(mark), "aliases (*name) are not allowed here");
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, "", anchor);
        Node node;
        node.position = to_position(mark);
        add(std::move(node));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check(mark, tag, anchor);
        const Position position = to_position(mark);
        if (awaits_key()) {
            add_key(value, position);
        } else {
            add(read_scalar(value, tag != "!", position));
        }
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Sequence());
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, Table());
    }
    void OnMapEnd() override { close(); }

    Node take() { return std::move(root_); }

  private:
    struct Open {
        Node node;
        std::string key;
        Position key_position;
        bool has_key = false;
        std::unordered_set<std::string> keys = {};
    };

    static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor)
            throw SyntaxError(to_position(mark), "anchors (&name) are not allowed here");
        if (!tag.empty() && tag != "?" && tag != "!")
            throw SyntaxError(to_position(mark), "tags (!name) are not allowed here");
    }

    bool awaits_key() const {
        return !open_.empty() && open_.back().node.as<Table>() != nullptr && !open_.back().has_key;
    }

    void add_key(const std::string& key, Position position) {
        Open& top = open_.back();
        if (key == "<<") throw SyntaxError(position, "merge keys (<<) are not allowed here");
        if (!top.keys.insert(key).second) {
            throw SyntaxError(position,
                              fmt::format("the key \"{}\" stands here twice", base::cut(key, 80)));
        }
        top.key = key;
        top.key_position = position;
        top.has_key = true;
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              decltype(Node::data) data) {
        check(mark, tag, anchor);
        const Position position = to_position(mark);
        if (awaits_key()) throw SyntaxError(position, "a key must be text");
        if (open_.size() >= kMaxNesting)
            throw SyntaxError(position, fmt::format("nested more than {} deep", kMaxNesting));
        Open opened;
        opened.node.data = std::move(data);
        opened.node.position = position;
        open_.push_back(std::move(opened));
    }

    void close() {
        Node node = std::move(open_.back().node);
        open_.pop_back();
        add(std::move(node));
    }

    void add(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& top = open_.back();
        if (auto* sequence = top.node.as<Sequence>()) {
            sequence->push_back(std::move(node));
            return;
        }
        if (!top.has_key) throw SyntaxError(node.position, "a key must be text");
        top.node.as<Table>()->push_back({std::move(top.key), top.key_position, std::move(node)});
        top.has_key = false;
    }

    std::vector<Open> open_;
    Node root_;
};

}  // namespace

Table parse_yaml(std::string_view text) {
    if (text.size() > kMaxYamlBytes) {
        throw SyntaxError({1, 1}, fmt::format("larger than {} KiB", kMaxYamlBytes >> 10));
    }
    if (!base::is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
        throw SyntaxError({1, 1}, "not UTF-8 text");
    }
    std::istringstream stream{std::string(text)};
    Builder builder;
    try {
        YAML::Parser parser(stream);
        parser.HandleNextDocument(builder);
        Builder further;
        if (parser.HandleNextDocument(further)) {
            throw SyntaxError({1, 1}, "more than one document");
        }
    } catch (const YAML::Exception& error) {
        throw SyntaxError(to_position(error.mark), error.msg);
    }
    Node root = builder.take();
    if (root.as<std::nullptr_t>() != nullptr) return {};
    auto* table = root.as<Table>();
    if (table == nullptr) {
        throw SyntaxError(root.position,
                          fmt::format("expected keys and values, found {}", kind(root)));
    }
    return std::move(*table);
}

}  // namespace codex::config
