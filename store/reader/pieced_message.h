#pragma once

#include <cstddef>
#include <vector>

#include "store/reader/log_reader.h"

namespace trafrec::store {

/// One message out of several sightings (null: that recorder did not see it). `chosen` gives bytes
/// and facts, the others what it lacks: the furthest acknowledgment, and with `in_pieces`, bytes of
/// the body. Bytes are borrowed for the call.
StoredMessage MergeMessages(const std::vector<StoredMessage*>& sightings, size_t chosen,
                            bool in_pieces);

}  // namespace trafrec::store
