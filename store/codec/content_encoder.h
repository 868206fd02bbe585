#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace trafrec::store::codec {

/// Puts codings on a body: the opposite of DecodeContent, with the same names in the same order.
/// "deflate" gets zlib's wrapping, as the standard says. The same bytes give the same result.
Result<std::string> EncodeContent(std::string_view encodings, Bytes body);

}  // namespace trafrec::store::codec
