// Keys that were renamed between versions of the program, and values that were.
#pragma once

#include <string>
#include <vector>

#include "config/tree.h"

namespace codex::config {

/// Moves what stands under an older name to today's, in the table and in its profiles. A new name
/// wins over an old one that is there as well; such old ones are returned, "old, for new".
std::vector<std::string> rename_old_keys(Table& table);

}  // namespace codex::config
