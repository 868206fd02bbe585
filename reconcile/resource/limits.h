#pragma once

#include <cstdint>

namespace trafrec::reconcile::limits {

/// Resources that the live source is asked for, one a request: a quarter of an hour at ten a
/// second.
inline constexpr uint64_t kLooksMost = 10'000;

}  // namespace trafrec::reconcile::limits
