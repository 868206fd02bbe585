#pragma once

#include <string>
#include <string_view>

namespace trafrec::patterns {

/// What a User-Agent says of the program that sends (RFC 9110, section 10.1.5).
struct Agent {
  std::string library;  ///< "elasticsearch-py"; empty if there is none
  std::string version;  ///< "7.10.1"; may be empty
  std::string runtime;  ///< "Python 3.11.7": the first of the comment; may be empty
};

/// The first product, or of a browser (all of which say Mozilla) the one that tells it from others.
Agent ParseAgent(std::string_view user_agent);

}  // namespace trafrec::patterns
