// Capabilities: all of them away, and no way to get one back (capabilities(7)).
#pragma once

namespace codex::sandbox {

/// Empties the bounding set and forbids that uid 0 gains capabilities by exec. Needs CAP_SETPCAP:
/// before the uid changes. Where it is not had, no_new_privs does the same.
void forbid_capabilities();

/// Empties the permitted, effective, inheritable and ambient sets and looks that they are.
void drop_capabilities();

void set_no_new_privileges();

}  // namespace codex::sandbox
