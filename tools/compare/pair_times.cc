#include "tools/compare/pair_times.h"

#include <algorithm>

#include "store/format/flags.h"

namespace trafrec::tools {
namespace {

int64_t LatencyOf(const store::StoredExchange& exchange, bool at_server) {
  if (exchange.row.latency_ns < 0) {
    return -1;
  }
  const int64_t round_trip = at_server ? 0 : exchange.connection.handshake_ns.value_or(0);
  return std::max<int64_t>(0, exchange.row.latency_ns - round_trip);
}

/// What a replay wrote, it saw as a client.
bool SentByReplay(const store::StoredExchange& exchange) {
  return (exchange.connection.flags & store::FlagBit(store::Flag::kWireUnknown)) != 0;
}

}  // namespace

compare::PairTimes TimesOf(const store::StoredExchange& source, const store::StoredExchange& result,
                           RecordedAt recorded_at) {
  const bool at_server = recorded_at == RecordedAt::kServer && !SentByReplay(source);
  return {.began_at = source.row.began_at,
          .source_ns = LatencyOf(source, at_server),
          .target_ns = LatencyOf(result, false)};
}

}  // namespace trafrec::tools
