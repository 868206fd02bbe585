#pragma once

#include "replay/compare/latencies.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// Where the source's recorder stood on the way between clients and server.
enum class RecordedAt : uint8_t { kServer, kClient };

/// From the request's last byte to the answer's first, the network's round trip taken out.
///
/// What is seen near the server has none in it. Near a client, and in a run of `trafrec replay`,
/// it has one: as long as the connection's handshake took, where the log has that.
compare::PairTimes TimesOf(const store::StoredExchange& source, const store::StoredExchange& result,
                           RecordedAt recorded_at);

}  // namespace trafrec::tools
