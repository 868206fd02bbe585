#pragma once

#include <cstdint>

namespace trafrec::store {

/// "trfc" in SQLite's application_id: `file` and our reader know a segment by it.
inline constexpr int32_t kApplicationId = 0x74726663;
/// SQLite's user_version. A reader refuses a greater one by name; columns, tables, entry kinds and
/// facts may be added without raising it.
inline constexpr int32_t kSegmentVersion = 1;
inline constexpr int kPageBytes = 16384;

/// What an empty segment holds beside kSegmentAdditions: tables, the partial index, the view
/// `exchanges`.
/// docs/segment_format.md explains each column.
extern const char* const kSegmentSchema;
/// Tables that were added later, each if it is not there.
extern const char* const kSegmentAdditions;

}  // namespace trafrec::store
