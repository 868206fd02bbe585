#pragma once

#include <string>

#include "base/error.h"

namespace trafrec::tools {

/// The variable that holds the secret where no file is given.
inline constexpr const char* kAuthVariable = "TRAFREC_AUTH_SECRET";
/// What help says of --auth-file.
inline constexpr const char* kAuthFileMeaning =
    "the secret, in a file of mode 600; without it, the variable TRAFREC_AUTH_SECRET";

/// The value of the Authorization field. `kind`: "basic" (user:password), "bearer" (a token),
/// "api-key" (in the form that Elasticsearch gives it, encoded or id:key), or "" for none. The
/// secret is the first line of `file`, which must be its owner's only, or of kAuthVariable.
Result<std::string> ReadAuthorization(const std::string& kind, const std::string& file);

}  // namespace trafrec::tools
