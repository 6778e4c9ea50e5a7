// Any text is refused as a patch or planned; a plan's texts are those of its files, and the default
// mode plans all or nothing.
#include "patch/patch.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "patch/plan.h"
#include "patch/summary.h"

namespace {

using codex::patch::FileChange;
using codex::patch::Mode;
using codex::patch::Operation;

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const codex::patch::Plan& plan, Mode mode) {
    require(mode == Mode::partial || !plan.failure);
    for (const FileChange& change : plan.changes) {
        require(!change.path.empty() && change.path.front() != '/');
        require(change.new_text.has_value() == (change.operation != Operation::remove));
        require(change.old_text.has_value() || change.operation == Operation::add);
        require(change.unified_diff.empty() ==
                (change.old_text.value_or("") == change.new_text.value_or("")));
    }
    render_summary(plan);
    render_diff(plan);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The part before the first NUL is the file "a", the rest the patch.
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = input.find('\0');
    const std::string file(input.substr(0, end));
    const std::string text(end == std::string_view::npos ? input : input.substr(end + 1));
    const auto reader = [&](const std::string& path) -> std::optional<std::string> {
        if (path != "a") return std::nullopt;
        return file;
    };
    for (const std::string& body :
         {text, "*** Begin Patch\n*** Update File: a\n" + text + "\n*** End Patch"}) {
        for (const Mode mode : {Mode::whole, Mode::partial}) {
            try {
                const auto patch = codex::patch::parse_patch(body, mode);
                check(codex::patch::plan(patch, reader, {.roots = {}, .folder = {}, .mode = mode}),
                      mode);
            } catch (const codex::base::Error&) {
                // refused
            }
        }
    }
    return 0;
}
