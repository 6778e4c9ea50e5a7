// Text as bytes: splitting, encodings, and the one boundary where bytes from outside become UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::base {

/// Without ASCII white space (blank, \t, \r, \n, \v, \f) at both ends.
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
/// Lines without their "\n"; a final line without "\n" counts, an empty text has none. Only "\n"
/// ends a line.
std::vector<std::string_view> split_lines(std::string_view text);
void split_lines(std::string&& gone) = delete;  // the lines would outlive it
/// Without the "\r" that a CRLF leaves at a line's end.
std::string_view without_cr(std::string_view line);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
/// ASCII case is ignored.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// A whole decimal number and nothing else: no blanks, no sign but a leading '-', no overflow.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// A full SHA-1 in lower case, as GitHub and git print it.
bool is_commit_id(std::string_view text);
/// As much of a commit's id as people need to see.
std::string_view short_commit_id(std::string_view id);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// The bytes of padded base64 (RFC 4648 section 4); nullopt for anything else.
std::optional<std::string> from_base64(std::string_view text);
/// Percent-encodes everything but RFC 3986 unreserved characters.
std::string percent_encode(std::string_view text);

/// The texts as execve() takes them: with a null pointer at the end, and valid as long as `texts`.
std::vector<char*> c_strings(std::vector<std::string>& texts);

/// Valid UTF-8: each maximal bad part becomes U+FFFD (Unicode 15, section 3.9).
std::string to_valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

/// The longest prefix of at most `max_bytes` bytes that does not cut a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

/// At most `max_bytes` of the text, with "…" behind it when that is not all.
std::string cut(std::string_view text, std::size_t max_bytes);

/// One code point of valid UTF-8 at `at`, which is moved behind it; U+FFFD on a bad byte.
char32_t decode_utf8(std::string_view text, std::size_t& at);
void append_utf8(std::string& text, char32_t code_point);

/// Number of Unicode code points of valid UTF-8 (GitHub's 65,536 limit counts characters).
std::size_t utf8_length(std::string_view text);

}  // namespace codex::base
