// What a reviewer holds a change to, and the form of the answer: constant, so that the model's
// cache works.
#pragma once

#include <string_view>

namespace codex::review {

extern const std::string_view kReviewRubric;
extern const std::string_view kOutputRequest;

}  // namespace codex::review
