#include "tools/read_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"

namespace codex::tools {
namespace {

struct ReadArguments {
    std::string path;
    std::optional<std::int64_t> first_line;
    std::optional<std::int64_t> max_lines;
};

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::ReadArguments> {
    template <class V>
    static void fields(V& v) {
        using T = codex::tools::ReadArguments;
        v("path", &T::path, "File to read, relative to the workspace.");
        v("first_line", &T::first_line, "Number of the first line wanted; 1 is the default.");
        v("max_lines", &T::max_lines, "Return at most so many lines.");
    }
};

namespace codex::tools {
namespace {

class ReadFile final : public Tool {
  public:
    ReadFile(Worker& worker, ReadLimits limits) : worker_(worker), limits_(limits) {}

    const ToolSpec& spec() const override { return spec_; }
    bool is_parallel_safe() const override { return true; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        try {
            return read(json::decode<ReadArguments>(json::parse(arguments, "the arguments")),
                        cancel);
        } catch (const json::JsonError& error) {
            return {fmt::format("The arguments of read_file cannot be read: {}", error.what()),
                    false};
        }
    }

  private:
    ToolOutput read(const ReadArguments& wanted, const loop::Cancel* cancel) {
        const std::int64_t first = wanted.first_line.value_or(1);
        const std::int64_t most = wanted.max_lines.value_or(limits_.default_lines);
        if (first < 1 || most < 1)
            return {"read_file was not executed: first_line and max_lines must be above 0", false};
        const Worker::FileContent content =
            worker_.read_file(wanted.path, limits_.max_file_bytes, cancel);
        if (!content.error.empty()) return {"read_file: " + content.error, false};
        if (content.bytes.find('\0') != std::string::npos)
            return {
                fmt::format("read_file: {} is binary, {} bytes", wanted.path, content.bytes.size()),
                false};
        return {render(content.bytes, first, most), true};
    }

    std::string render(const std::string& bytes, std::int64_t first, std::int64_t most) const {
        const std::vector<std::string_view> lines = base::split_lines(bytes);
        const auto count = static_cast<std::int64_t>(lines.size());
        if (count == 0) return "(the file is empty)\n";
        if (first > count) return fmt::format("(the file has {} lines)\n", count);
        std::string text;
        std::int64_t number = first;
        for (; number <= count && number - first < most; ++number) {
            const std::string line =
                base::to_valid_utf8(base::without_cr(lines[static_cast<std::size_t>(number - 1)]));
            const std::size_t room =
                limits_.max_output_bytes - std::min(text.size(), limits_.max_output_bytes);
            if (line.size() > room) {
                text += fmt::format("{}: {}\n(line {} is cut: the limit of {} bytes is reached)\n",
                                    number, base::utf8_prefix(line, room), number,
                                    limits_.max_output_bytes);
                return text;
            }
            text += fmt::format("{}: {}\n", number, line);
        }
        if (number <= count) text += fmt::format("({} lines follow)\n", count - number + 1);
        return text;
    }

    Worker& worker_;
    ReadLimits limits_;
    ToolSpec spec_ = read_file_spec();
};

}  // namespace

ToolSpec read_file_spec() {
    return {.name = "read_file",
            .description = "Returns lines of a text file with their numbers.",
            .parameters = json::schema<ReadArguments>(json::SchemaMode::lenient)};
}

std::unique_ptr<Tool> make_read_file(Worker& worker, ReadLimits limits) {
    return std::make_unique<ReadFile>(worker, limits);
}

}  // namespace codex::tools
