// Which addresses a credential may be sent to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::config {

/// The address without a trailing slash, or nullopt with the reason in `problem`: https everywhere,
/// http only on this machine (a key is never sent in clear text over a network); no user, query or
/// fragment.
std::optional<std::string> normalise_base_url(std::string_view text, std::string& problem);

}  // namespace codex::config
