#pragma once

#include <string>
#include <string_view>

#include "store/reader/log_reader.h"

namespace trafrec::recorded {

/// A body for the eye: its content encodings taken off.
struct Content {
  std::string bytes;
  std::string encodings;   ///< what Content-Encoding said: "gzip", "gzip, br"; "" for none
  std::string trouble;     ///< why it could not be decoded to the end; "" if it could. `bytes` then
                           ///< is what could be decoded, or the body as stored
  std::string media_type;  ///< Content-Type as sent; may be empty
};

/// Decodes at most `bytes_max` of content, so that a small body cannot fill the memory.
Content DecodeContent(const store::StoredMessage& message, size_t bytes_max);

/// Content of one body that a person or a HAR takes at most.
inline constexpr size_t kContentBytesMax = size_t{256} << 20;

}  // namespace trafrec::recorded
