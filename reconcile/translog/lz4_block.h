#pragma once

#include <cstddef>
#include <string>

#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {

/// Appends what a block of LZ4 holds: `size` bytes, which may repeat any that are in `out` already.
/// False if it is none.
bool AppendLz4Block(StreamInput& input, size_t size, std::string& out);

}  // namespace trafrec::reconcile
