#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "reconcile/translog/stream_input.h"

// Files that Lucene's tools make: they begin with a magic number, a name and a version. Small ones
// end with a checksum.

namespace trafrec::reconcile {

/// The version; nothing if the file is of another kind.
std::optional<uint32_t> ReadCodecHeader(StreamInput& input, std::string_view name);

/// The same of a file of an index: its id and its suffix follow.
std::optional<uint32_t> ReadIndexHeader(StreamInput& input, std::string_view name);

/// Magic number, algorithm (0), and the CRC-32 of all bytes before it.
inline constexpr size_t kCodecFooterBytes = 16;
/// Of a whole file.
bool CodecFooterIsRight(std::string_view file);

}  // namespace trafrec::reconcile
