#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::recorded {

/// One header field as it stood on the wire. Borrows the head.
struct HeaderField {
  std::string_view name;                  ///< up to the colon, blanks before it included
  std::optional<std::string_view> value;  ///< without blanks around it; folded lines keep their
                                          ///< line ends. Nothing: the line had no colon
  std::string_view line;                  ///< the whole, without its line end
};

/// A head taken apart without changing anything: order, case, duplicates and folds (RFC 9112,
/// section 5.2) stay. Lines end with CRLF or LF. A head that was cut gives what is there.
struct MessageHead {
  std::string_view start_line;
  std::vector<HeaderField> fields;
};

MessageHead ParseHead(std::string_view raw);
/// The fields of a trailer section, which has no start line.
std::vector<HeaderField> ParseFields(std::string_view raw);

/// Value of the first field of that name, in any case; "" if there is none.
std::string_view FieldValue(const std::vector<HeaderField>& fields, std::string_view name);
bool SameFieldName(std::string_view a, std::string_view b);

/// The head for a body that is not as it went: without a content coding, with its own length where
/// one was said. All other bytes stay.
std::string HeadForBody(std::string_view head, size_t body_bytes);

/// "Not Found" of "HTTP/1.1 404 Not Found".
std::string_view ReasonOf(std::string_view status_line);

}  // namespace trafrec::recorded
