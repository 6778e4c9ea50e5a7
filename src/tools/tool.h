// What a model may call. A failed tool is a value that goes back to the model, not an exception.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/value.h"
#include "loop/cancel.h"

namespace codex::tools {

struct Image {
    std::string mime;  // "image/png"
    std::string base64;
    friend bool operator==(const Image&, const Image&) = default;
};

struct ToolOutput {
    std::string text;  // valid UTF-8, bounded
    bool success = true;
    std::vector<Image> images = {};  // what the model is shown beside the text
};

/// Who does the work, and in which shape the model calls: JSON arguments, a free text bound by a
/// grammar, or not at all, because the model's server has the tool.
enum class ToolKind { function, freeform, hosted };

/// How a tool is offered: name, description, JSON Schema of its arguments; instead of them the
/// grammar (Lark) of a free text; or the fields of a hosted tool beside its `type`, the name.
struct ToolSpec {
    std::string name;
    std::string description;
    json::Value parameters;
    std::string grammar = {};
    ToolKind kind = ToolKind::function;
    friend bool operator==(const ToolSpec&, const ToolSpec&) = default;
};

class Tool {
  public:
    virtual ~Tool() = default;
    virtual const ToolSpec& spec() const = 0;
    /// `arguments` is the model's text, JSON or what the grammar describes: whatever is wrong with
    /// it is answered in the output. Throws only what ends the run: Interrupted, SandboxError.
    virtual ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) = 0;
    /// Only reads, so that calls of it may run beside other such calls.
    virtual bool is_parallel_safe() const { return false; }
};

}  // namespace codex::tools
