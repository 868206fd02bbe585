#pragma once

#include "store/format/records.h"

// What a file does not say of a connection, made up so that nobody can take it for seen.

namespace trafrec::import {

/// Addresses that are missing lie in 100::/64, from where no packet ever comes (RFC 6666). A
/// server's is 100::1. A client's follows from the connection's number, its server and its first
/// time: another connection has another one, so that no two exchanges are taken for one that two
/// recorders saw; and the same file has the same one again.
void MakeUpAddresses(store::ConnectionRecord& connection);

}  // namespace trafrec::import
