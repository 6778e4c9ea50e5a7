// The read_file tool: lines of a file with their numbers, as findings name them.
#pragma once

#include <memory>

#include "tools/tool.h"
#include "tools/worker.h"

namespace codex::tools {

struct ReadLimits {
    std::size_t max_file_bytes = std::size_t{16} << 20;
    std::size_t max_output_bytes = 40'000;  // what the model sees of one call
    std::int64_t default_lines = 2'000;
};

/// read_file {path, first_line?, max_lines?}: "12: text" a line, and a note where more follows. The
/// file is read by the worker, behind the same sandbox as commands.
std::unique_ptr<Tool> make_read_file(Worker& worker, ReadLimits limits = {});
ToolSpec read_file_spec();

}  // namespace codex::tools
