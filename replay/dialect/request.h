#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace trafrec::dialect {

struct HeaderView {
  std::string_view name;  ///< in any case
  std::string_view value;
};

/// A request as a dialect looks at it. Everything is borrowed from the caller, who took the
/// transfer and content encodings off the body: byte ranges in results count in this body.
struct RequestView {
  std::string_view method;  ///< as sent
  std::string_view target;  ///< as on the wire, the query included
  std::span<const HeaderView> headers;
  std::string_view body;
};

/// The answer to it, in the same way. HEAD has no body; a cut answer has what is there of it.
struct AnswerView {
  int status = 0;
  std::span<const HeaderView> headers;
  std::string_view body;
  /// Of a request with a hole, operations that stand whole before it: only these are told from each
  /// other by their order. Nothing: all of them.
  std::optional<size_t> told = {};
};

/// The first field of that name, or "".
std::string_view FieldOf(std::span<const HeaderView> headers, std::string_view name);

/// Whether a request of that method asks for nothing to be changed (RFC 9110, section 9.2.1).
bool IsSafe(std::string_view method);

}  // namespace trafrec::dialect
