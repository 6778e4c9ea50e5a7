// What an error of the model API means for the maintainer of a workflow. Private to this module.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "http/transport.h"
#include "json/value.h"
#include "model/model_error.h"
#include "model/request.h"

namespace codex::model {

/// What an error answer means.
ModelError explain_error(const http::Response& response, const ModelRequest& request,
                         const Provider& provider, base::Wall now);

/// What an error object of the API ({"code", "message", "type"}, or a text) means. `status` 0
/// inside a stream.
ModelError explain_error_object(int status, const json::Value& error, std::string_view model,
                                const Provider* provider);

/// Nothing came back, or an answer ended too early, for this reason.
ModelError explain_unreachable(const Provider& provider, std::string_view reason);
ModelError explain_lost(const Provider& provider, std::string_view reason);

}  // namespace codex::model
