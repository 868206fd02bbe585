#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/recorded/message_head.h"
#include "store/reader/log_reader.h"

// What HAR wants taken apart that HTTP sends in one piece.

namespace trafrec::tools {

struct NameValue {
  std::string name;
  std::string value;
};

/// The pairs of Cookie fields.
std::vector<NameValue> CookiesOf(const std::vector<recorded::HeaderField>& fields);
/// Name and value of each Set-Cookie field, without attributes.
std::vector<NameValue> SetCookiesOf(const std::vector<recorded::HeaderField>& fields);
/// The query of a target, percent-decoded.
std::vector<NameValue> QueryOf(std::string_view target);

/// The absolute URL of a request: its target if that is absolute, else http:// (or https://), the
/// host field (or the server's address) and the target. What may not stand in a URL is
/// percent-encoded.
std::string UrlOf(const store::ExchangeRow& row, bool tls = false);

std::string Latin1ToUtf8(std::string_view bytes);

}  // namespace trafrec::tools
