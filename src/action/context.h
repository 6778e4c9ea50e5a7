// What a run works with: made once by the command line, handed down.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/redactor.h"
#include "config/options.h"
#include "http/transport.h"
#include "loop/cancel.h"
#include "loop/loop.h"
#include "process/process.h"

namespace codex::action {

struct Context {
    const base::Environment& environment;
    config::Options options;
    const base::Clock& clock;
    loop::Loop& loop;
    loop::Cancel& cancel;
    http::Transport& transport;
    process::ProcessRunner& runner;
    std::shared_ptr<const base::Redactor> redactor;
    std::filesystem::path workspace;
    base::Steady started;
    std::vector<std::filesystem::path> readable = {};  // what a model may read besides it
};

}  // namespace codex::action
