#pragma once

#include <cstdint>

#include "replay/calibration/round_trips.h"
#include "replay/compare/latencies.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// Where the source's recorder stood on the way between clients and server.
enum class RecordedAt : uint8_t { kServer, kClient };

/// What a round trip is taken from.
enum class TripFrom : uint8_t {
  kAuto,         ///< the handshake; calibrating requests where none was seen
  kHandshake,    ///< the handshake only
  kCalibration,  ///< calibrating requests only: a handshake may end at what stands before a server
  kNothing,      ///< it stays in
};

struct TripRules {
  RecordedAt recorded_at = RecordedAt::kServer;
  TripFrom from = TripFrom::kAuto;
};

/// What the calibrating requests of a comparison's runs took.
struct Calibration {
  calibration::RoundTrips run{};
  calibration::RoundTrips first_run{};  ///< where two runs are compared
};

/// From the request's last byte to the answer's first, the network's round trip taken out.
///
/// What is seen near the server has none in it. Near a client, and in a run of `trafrec replay`,
/// it has one: as long as the connection's handshake took, or else a calibrating request.
compare::PairTimes TimesOf(const store::StoredExchange& source, const store::StoredExchange& result,
                           const TripRules& rules, const Calibration& calibration);

}  // namespace trafrec::tools
