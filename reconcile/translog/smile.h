#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace trafrec::reconcile {

/// SMILE, the binary form of JSON in which both products keep their states, as JSON text. Bytes
/// that are JSON compressed as they keep a mapping become that; others become null, and so do
/// numbers that are no integers, which nobody here asks for. Why it cannot be read, if it cannot.
std::expected<std::string, std::string> JsonOfSmile(std::string_view bytes);

}  // namespace trafrec::reconcile
