// Patterns of .gitattributes files (gitattributes(5), gitignore(5)).
#pragma once

#include <string_view>

namespace codex::review {

/// Whether `pattern` names `path`, which is relative to the folder of the .gitattributes file.
/// Without a slash it is compared with the file's name, else with the path. Patterns for folders
/// ("x/") name no file.
bool matches_attribute_pattern(std::string_view pattern, std::string_view path);

}  // namespace codex::review
