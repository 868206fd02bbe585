#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {

/// Files that Lucene's tools make begin with this, a name and a version.
inline constexpr uint32_t kCodecMagic = 0x3fd7'6c17;

/// The version; nothing if the file is of another kind.
inline std::optional<uint32_t> ReadCodecHeader(StreamInput& input, std::string_view name) {
  const auto magic = static_cast<uint32_t>(input.Int());
  const std::string_view found = input.SizedBytes();
  const auto version = static_cast<uint32_t>(input.Int());
  return input.ok() && magic == kCodecMagic && found == name ? std::optional(version)
                                                             : std::nullopt;
}

}  // namespace trafrec::reconcile
