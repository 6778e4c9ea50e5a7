#include "action/deadline.h"

#include <fmt/format.h>

namespace codex::action {

Deadline::Deadline(loop::Loop& loop, base::Steady when, std::string message,
                   const loop::Cancel* parent)
    : loop_(loop), cancel_(parent), timer_(loop.at(when, [this, text = std::move(message)] {
          cancel_.request(base::Interrupted::Reason::deadline, text);
      })) {}

Deadline make_run_deadline(const Context& context, std::chrono::seconds reserve) {
    const auto minutes = context.options.max_minutes;
    return Deadline(context.loop, context.started + minutes - reserve,
                    fmt::format("the time limit max_minutes {} is used up", minutes.count()),
                    &context.cancel);
}

}  // namespace codex::action
