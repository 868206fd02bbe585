#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace trafrec::send {

/// Where a server is.
struct Url {
  bool tls = false;
  std::string host;  ///< a name or an address; IPv6 without its brackets
  uint16_t port = 0;
  std::string path;  ///< "" or "/prefix", before every target

  /// As the Host field wants it: without the scheme's own port.
  std::string Authority() const;
  /// "https://es.example:9200", without the path.
  std::string Origin() const;
};

/// Refuses what is no http or https URL, and one that holds credentials, a query or a fragment.
Result<Url> ParseUrl(const std::string& text);

}  // namespace trafrec::send
