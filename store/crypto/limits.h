#pragma once

#include <cstddef>

namespace trafrec::store::crypto::limits {

/// A key file has two short lines; what is larger is another file, and is not read to its end.
inline constexpr size_t kKeyFileBytes = 1'024;

}  // namespace trafrec::store::crypto::limits
