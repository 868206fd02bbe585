#pragma once

#include <set>

#include "base/endpoint.h"
#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// The servers of all connections of the log. Nobody knows those whose addresses are encrypted to
/// others. Reads the connections' rows of every segment, and no frame.
Result<std::set<Endpoint>> ReadServers(const LogSelection& selection);

}  // namespace trafrec::store
