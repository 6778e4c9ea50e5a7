#include "loop/cancel.h"

#include <utility>

namespace codex::loop {

void Cancel::request(base::Interrupted::Reason reason, std::string message) {
    if (!request_) request_.emplace(reason, std::move(message));
}

void Cancel::throw_if_requested() const {
    if (parent_ != nullptr) parent_->throw_if_requested();
    if (request_) throw base::Interrupted(*request_);
}

}  // namespace codex::loop
