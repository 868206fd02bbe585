#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::dialect {

struct Parameter {
  std::string name;
  std::string value;  ///< "" for "?name" as well
};

/// A request target taken apart (RFC 9112, section 3.2): scheme and authority of the absolute form
/// are left out. "*" and "host:port" (OPTIONS, CONNECT) become a path of one segment.
struct Target {
  std::vector<std::string> segments;      ///< of the path, decoded; a final '/' makes none
  std::vector<std::string_view> written;  ///< the same as they were sent; borrows the target
  std::vector<Parameter> query;           ///< decoded, '+' is a blank; in order, doubles stay
  bool cut = false;                       ///< there was more than limits.h takes

  /// The last one of that name, as both products have it; nothing if there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
};

Target ParseTarget(std::string_view target);

/// Path and query as one text that is the same for targets that are equivalent by RFC 3986, section
/// 6.2.2: percent signs before unreserved characters decoded, other ones with upper-case digits,
/// dot segments removed. A '%' that begins no escape becomes "%25". Nothing else is changed: a
/// final '/' counts, so does "//", so does the order of the query. The fragment, which is never
/// sent, is left out.
std::string NormalTarget(std::string_view target);

/// Bytes for "%41", as long as they are two hex digits; other text stays as it is.
std::string PercentDecode(std::string_view text, bool plus_is_blank);

/// For one segment of a path, or a value of a query: all but RFC 3986's unreserved characters.
std::string PercentEncode(std::string_view text);

}  // namespace trafrec::dialect
