// What both played APIs share: a request, an answer, the scenario's files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace loopback {

struct Request {
    std::string method;
    std::string path;  // without the query
    std::string query;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    /// Value of a query parameter, not decoded; empty when absent.
    std::string parameter(std::string_view name) const;
};

struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// Sent instead of one body, each piece by itself (a stream).
    std::vector<std::string> pieces;
    bool is_stream = false;
    bool drop = false;   // close without a byte
    bool stall = false;  // after the pieces: hold the connection open, send nothing
    bool cut = false;    // after the pieces: close without the final chunk
    std::size_t send_only = std::string::npos;  // of the body: then close
    int delay_ms = 0;
};

/// Reads DIR/name with ${KEY} replaced by the given values (escaped for JSON strings); null when
/// absent.
codex::json::Value read_scenario(const std::string& folder, const std::string& name,
                                 const std::map<std::string, std::string>& values);

std::string string_at(const codex::json::Value& value, std::string_view name,
                      const std::string& fallback = "");
std::int64_t integer_at(const codex::json::Value& value, std::string_view name,
                        std::int64_t fallback = 0);
bool bool_at(const codex::json::Value& value, std::string_view name, bool fallback = false);

/// `pattern` with '*' for any run of characters.
bool matches(std::string_view pattern, std::string_view text);

Answer json_answer(int status, const codex::json::Value& body);

}  // namespace loopback
