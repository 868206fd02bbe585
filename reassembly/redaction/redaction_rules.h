#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trafrec::reassembly {

/// A JSON pointer (RFC 6901), taken apart. Beyond it "*" is any member or element, and "**" any
/// number of levels.
struct JsonPointer {
  enum class Kind : uint8_t { kName, kAny, kDeep };
  struct Token {
    Kind kind = Kind::kName;
    std::string name;
  };
  std::vector<Token> tokens;

  static Result<JsonPointer> Parse(const std::string& text);
};

/// What is secret beside the fields that always are. A value.
struct RedactionRules {
  std::vector<std::string> headers;  ///< names in lower case, the usual ones included
  std::vector<std::string> queries;  ///< names of parameters in URLs, in lower case
  std::vector<JsonPointer> pointers;

  /// From what the user named; an Error says which name cannot be.
  static Result<RedactionRules> Make(const std::vector<std::string>& headers,
                                     const std::vector<std::string>& queries,
                                     const std::vector<std::string>& pointers);
};

}  // namespace trafrec::reassembly
