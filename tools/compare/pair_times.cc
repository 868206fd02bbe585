#include "tools/compare/pair_times.h"

#include <algorithm>
#include <optional>

#include "store/format/flags.h"

namespace trafrec::tools {
namespace {

using compare::Trip;
using compare::TripBy;

/// What a replay wrote, it saw as a client.
bool SentByReplay(const store::StoredExchange& exchange) {
  return (exchange.connection.flags & store::FlagBit(store::Flag::kWireUnknown)) != 0;
}

/// Of an exchange that was seen from the client's side.
Trip TripOf(const store::StoredExchange& exchange, TripFrom from,
            std::optional<int64_t> calibrated) {
  const std::optional<int64_t>& handshake = exchange.connection.handshake_ns;
  if (from == TripFrom::kNothing) {
    return {};
  }
  if (from != TripFrom::kCalibration && handshake) {
    return {.by = TripBy::kHandshake, .ns = *handshake};
  }
  if (from != TripFrom::kHandshake && calibrated) {
    return {.by = TripBy::kCalibration, .ns = *calibrated};
  }
  return {.by = TripBy::kUnknown};
}

int64_t LatencyOf(const store::StoredExchange& exchange, const Trip& trip) {
  return exchange.row.latency_ns < 0 ? -1 : std::max<int64_t>(0, exchange.row.latency_ns - trip.ns);
}

Trip TripInRun(const store::StoredExchange& exchange, TripFrom from,
               const calibration::RoundTrips& trips) {
  return TripOf(exchange, from, trips.Target(exchange.row.server, exchange.row.began_at));
}

}  // namespace

compare::PairTimes TimesOf(const store::StoredExchange& source, const store::StoredExchange& result,
                           const TripRules& rules, const Calibration& calibration) {
  compare::PairTimes times{.began_at = source.row.began_at};
  if (SentByReplay(source)) {
    times.source_trip = TripInRun(source, rules.from, calibration.first_run);
  } else if (rules.recorded_at == RecordedAt::kClient) {
    times.source_trip = TripOf(source, rules.from, calibration.run.Source());
  }
  times.target_trip = TripInRun(result, rules.from, calibration.run);
  times.source_ns = LatencyOf(source, times.source_trip);
  times.target_ns = LatencyOf(result, times.target_trip);
  return times;
}

}  // namespace trafrec::tools
