// view_image: shows the model an image of the workspace.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "tools/tool.h"
#include "tools/worker.h"

namespace codex::tools {

/// The type by the first bytes, of those that the model API takes: image/png, image/jpeg, image/gif
/// or image/webp. Names and endings do not count.
std::optional<std::string_view> image_type(std::string_view bytes);

/// view_image {path}: read inside the sandbox, of at most `max_bytes`. The answer holds the image
/// and says "attached local image path".
std::unique_ptr<Tool> make_view_image(Worker& worker,
                                      std::size_t max_bytes = std::size_t{10} << 20);
ToolSpec view_image_spec();

}  // namespace codex::tools
