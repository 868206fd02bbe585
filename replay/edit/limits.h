#pragma once

#include <cstddef>

namespace trafrec::edit::limits {

/// What a body may become when its content coding is taken off: the most that both products take is
/// 100 MB, and a small body may expand a thousand times.
inline constexpr size_t kContentBytes = size_t{256} << 20;

}  // namespace trafrec::edit::limits
