// Patches in disguise: models call apply_patch through the shell, too.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace codex::tools {

/// The call is a patch and nothing else.
struct PatchCall {
    std::string text;
    std::string folder;  // of "cd FOLDER && apply_patch …"; may be absolute; empty: none
    friend bool operator==(const PatchCall&, const PatchCall&) = default;
};
/// A bare patch where a command is expected.
struct BarePatch {
    friend bool operator==(const BarePatch&, const BarePatch&) = default;
};
struct OrdinaryCommand {
    friend bool operator==(const OrdinaryCommand&, const OrdinaryCommand&) = default;
};

/// What a command line really is (spec/codex-core.md 4.4). A patch is ["apply_patch", PATCH], or a
/// script of bash, sh or zsh (-c, -lc) that holds only `apply_patch <<'EOF' … EOF` (any word,
/// quoted or not), also behind `cd FOLDER &&`. With anything around it, it is an ordinary command.
std::variant<OrdinaryCommand, PatchCall, BarePatch> recognise_patch(
    const std::vector<std::string>& argv);

}  // namespace codex::tools
