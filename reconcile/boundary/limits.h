#pragma once

#include <cstddef>

namespace trafrec::reconcile::limits {

/// Mutations that ran while the backfill was taken, and are held in memory until the copy is asked:
/// at some 300 bytes each, a gigabyte. A backfill of hours under such load has its numbers in the
/// copy, which decide most of them at once.
inline constexpr size_t kSpanOperations = 4'000'000;
/// Requests that may be the backfill, as an error names them.
inline constexpr size_t kNamedBackfills = 5;

}  // namespace trafrec::reconcile::limits
