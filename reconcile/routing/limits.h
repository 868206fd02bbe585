#pragma once

#include <cstdint>

namespace trafrec::reconcile::limits {

/// Numbers of routing shards that are tried. 1,024 is what indices of up to 512 shards get at most
/// unless their maker asks for more, and room for splits is never wanted in such numbers.
inline constexpr uint32_t kRoutingShards = 16'384;

}  // namespace trafrec::reconcile::limits
