#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/head_text.h"
#include "import/imported_exchange.h"
#include "import/json_value.h"

// The two messages of an entry of a HAR file.

namespace trafrec::import {

/// Fields of a message, and what HTTP/2 says beside them.
struct HarHead {
  std::vector<Field> fields;
  std::string authority;  ///< of the pseudo header; "" without one
  std::string path;
  bool pseudo = false;  ///< there were pseudo headers
  bool broken = false;  ///< a name that would be two lines
};

HarHead HeadOf(const JsonValue& message);
/// "1.1" of "HTTP/1.1", "2.0" of "h2"; "" if it is not known.
std::string_view HarVersion(const JsonValue& message);
bool HasLineBreak(std::string_view text);

/// A request without its times. `text_lost`: a body that is not what it says to be.
ImportedMessage HarRequest(const JsonValue& request, HarHead head, std::string_view target,
                           store::Flags known, bool& text_lost);
ImportedMessage HarResponse(const JsonValue& response, std::string_view method, uint16_t status,
                            store::Flags known, bool& text_lost);

}  // namespace trafrec::import
