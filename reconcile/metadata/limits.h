#pragma once

#include <cstddef>

namespace trafrec::reconcile::limits {

/// Answers that show a part of the metadata, at some hundred bytes each.
inline constexpr size_t kMetadataSights = 200'000;
/// Names and values in them; of those that are alike one is kept.
inline constexpr size_t kMetadataBytes = size_t{64} << 20;
/// What a map needs for each of them.
inline constexpr size_t kMetadataEntryBytes = 100;
/// Objects in objects of a mapping or of settings.
inline constexpr int kMetadataDepth = 20;

}  // namespace trafrec::reconcile::limits
