#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trafrec::store::codec {

/// The names in the value of a Content-Encoding, in lower case and in its order, without
/// "identity". Fails if there are more than kContentCodingsMax.
Result<std::vector<std::string>> CodingNames(std::string_view encodings);

/// The error for a name that is no coding.
std::unexpected<Error> UnknownCoding(std::string_view name);

}  // namespace trafrec::store::codec
