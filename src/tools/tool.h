// What a model may call. A failed tool is a value that goes back to the model, not an exception.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/value.h"
#include "loop/cancel.h"

namespace codex::tools {

struct ToolOutput {
    std::string text;  // valid UTF-8, bounded
    bool success = true;
};

/// How a tool is offered: name, description, JSON Schema of its arguments; or instead of them the
/// grammar (Lark) of a free text that the model writes.
struct ToolSpec {
    std::string name;
    std::string description;
    json::Value parameters;
    std::string grammar = {};
};

class Tool {
  public:
    virtual ~Tool() = default;
    virtual const ToolSpec& spec() const = 0;
    /// `arguments` is the model's text, JSON or what the grammar describes: whatever is wrong with
    /// it is answered in the output. Throws only what ends the run: Interrupted, SandboxError.
    virtual ToolOutput call(std::string_view arguments, const loop::Cancel* cancel) = 0;
};

}  // namespace codex::tools
