#include "tests/github/rig.h"

#include <unistd.h>

#include "base/log.h"

namespace codex::test {

CapturedLog::CapturedLog() : stream_(STDERR_FILENO) {
    base::open_log(1, std::make_shared<base::Redactor>());
}

}  // namespace codex::test
