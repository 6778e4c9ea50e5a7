#include "protocol/types.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/type_names.h"

namespace codex::json {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;
// Far below what would overflow: a duration beyond it is no duration of ours.
constexpr std::int64_t kMaxSeconds = protocol::Duration::max().count() / kNanos - 1;

std::int64_t read_part(const Object& object, const Path& path, std::string_view name,
                       std::int64_t most) {
    const Value* found = object.find(name);
    const Path inner(path, name);
    if (found == nullptr) inner.fail("is missing");
    return detail::read_integer(*found, inner, 0, most);
}

}  // namespace

protocol::Bytes Codec<protocol::Bytes>::read(const Value& value, const Path& path) {
    auto bytes = base::from_base64(detail::read_string(value, path));
    if (!bytes) path.fail("is not base64");
    return {*std::move(bytes)};
}

Value Codec<protocol::Bytes>::write(const protocol::Bytes& bytes) {
    return base::to_base64(bytes.data);
}

protocol::Duration Codec<protocol::Duration>::read(const Value& value, const Path& path) {
    const Object& object = detail::read_object(value, path);
    const std::int64_t seconds = read_part(object, path, "secs", kMaxSeconds);
    return protocol::Duration(seconds * kNanos + read_part(object, path, "nanos", kNanos - 1));
}

Value Codec<protocol::Duration>::write(const protocol::Duration& duration) {
    const std::int64_t count = std::max<std::int64_t>(duration.count(), 0);
    return Value::object({{"secs", count / kNanos}, {"nanos", count % kNanos}});
}

}  // namespace codex::json
