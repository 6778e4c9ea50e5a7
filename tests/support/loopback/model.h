// The model API (OpenAI Responses, streamed), scripted: one step a request, in order.
//
// model.json: [{items: [{message: text} | {json: value} | {call: {name, arguments}} | {reasoning:
// text}], usage {input, cached, output}, expect [texts that the request must hold], obey, status +
// headers + body (an HTTP error), failed {code, message}, incomplete: reason, chunk: bytes a piece,
// line_end: "\r\n", cut: true (no response.completed), stall: true (silence instead of it),
// delay_ms}]. Strings may hold ${last_tool_output}. "obey" makes a complying model: it runs the
// command behind "RUN-THIS: " in the request through exec_command.
#pragma once

#include <string>
#include <vector>

#include "tests/support/loopback/exchange.h"

namespace loopback {

class Model {
  public:
    explicit Model(const codex::json::Value& script) : script_(script) {}
    Answer answer(const Request& request);

  private:
    codex::json::Value script_;
    std::size_t next_ = 0;
};

}  // namespace loopback
