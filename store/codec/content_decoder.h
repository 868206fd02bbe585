#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace trafrec::store::codec {

/// Codings that one Content-Encoding may name. Servers use one, proxies sometimes add a second.
inline constexpr size_t kContentCodingsMax = 8;

struct DecodedContent {
  std::string bytes;
  bool complete = false;          ///< all of it was decoded, to its end
  bool stopped_at_limit = false;  ///< there is more than `bytes_max`
  std::string trouble;            ///< why it is not complete, as a sentence; "" if it is
};

/// Takes the codings off a body. `encodings` is the value of Content-Encoding, in the order in
/// which they were applied ("gzip, br"); names in any case: gzip, x-gzip, deflate (with zlib's
/// wrapping, as the standard says, or without, as some servers send), br, zstd, identity. Neither
/// the content nor what lies between two codings becomes larger than `bytes_max`. A body that is
/// cut or damaged gives what could be decoded, and the trouble; a coding that is not known is an
/// Error.
Result<DecodedContent> DecodeContent(std::string_view encodings, Bytes body, size_t bytes_max);

}  // namespace trafrec::store::codec
