#include "tools/view_image.h"

#include <fmt/format.h>

#include "base/text.h"
#include "json/codec.h"
#include "json/schema.h"

namespace codex::tools {
namespace {

struct ViewArguments {
    std::string path;
};

}  // namespace
}  // namespace codex::tools

template <>
struct codex::json::Describe<codex::tools::ViewArguments> {
    template <class V>
    static void fields(V& v) {
        v("path", &codex::tools::ViewArguments::path,
          "Image to show (PNG, JPEG, GIF or WebP), relative to the workspace.");
    }
};

namespace codex::tools {
namespace {

class ViewImage final : public Tool {
  public:
    ViewImage(Worker& worker, std::size_t max_bytes) : worker_(worker), max_bytes_(max_bytes) {}

    const ToolSpec& spec() const override { return spec_; }
    bool is_parallel_safe() const override { return true; }

    ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) override {
        try {
            return view(json::decode<ViewArguments>(json::parse(arguments, "the arguments")),
                        cancel);
        } catch (const json::JsonError& error) {
            return {fmt::format("The arguments of view_image cannot be read: {}", error.what()),
                    false};
        }
    }

  private:
    ToolOutput view(const ViewArguments& wanted, const loop::Cancel* cancel) {
        const Worker::FileContent content = worker_.read_file(wanted.path, max_bytes_, cancel);
        if (!content.error.empty()) {
            return {fmt::format("unable to locate image at {}: {}", wanted.path, content.error),
                    false};
        }
        const std::optional<std::string_view> type = image_type(content.bytes);
        if (!type) {
            return {fmt::format("image path {} is no PNG, JPEG, GIF or WebP image", wanted.path),
                    false};
        }
        return {.text = "attached local image path",
                .images = {{std::string(*type), base::to_base64(content.bytes)}}};
    }

    Worker& worker_;
    std::size_t max_bytes_;
    ToolSpec spec_ = view_image_spec();
};

}  // namespace

std::optional<std::string_view> image_type(std::string_view bytes) {
    using std::literals::operator""sv;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
    if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
    // A RIFF file: its size stands between the two words.
    constexpr std::size_t kFormat = 8;
    if (bytes.starts_with("RIFF"sv) && bytes.size() > kFormat &&
        bytes.substr(kFormat).starts_with("WEBP"sv))
        return "image/webp";
    return std::nullopt;
}

ToolSpec view_image_spec() {
    return {.name = "view_image",
            .description = "Attaches an image file of the workspace to the conversation.",
            .parameters = json::schema<ViewArguments>(json::SchemaMode::lenient)};
}

std::unique_ptr<Tool> make_view_image(Worker& worker, std::size_t max_bytes) {
    return std::make_unique<ViewImage>(worker, max_bytes);
}

}  // namespace codex::tools
