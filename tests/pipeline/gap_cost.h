#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/pipeline/trial.h"

namespace trafrec::pipeline {

/// What the capture misses of a connection, once.
enum class Missed : uint8_t {
  kBody,      ///< a segment that lies within the body of one answer
  kAnswers,   ///< a segment with the whole of an answer, or of several
  kRequests,  ///< a segment with the whole of a request, or of several
  kBoth       ///< the last two, next to each other
};

/// How a client asks, and what is missed of it.
struct GapCase {
  Pipelining pipelining = Pipelining::kTurns;
  uint32_t depth = 1;
  Missed missed = Missed::kBody;

  /// "window of 8, answers"
  std::string Name() const;
};

/// All that are measured.
std::vector<GapCase> GapCases();

/// One connection of some hundred exchanges with what is missed in its second quarter. Without a
/// loss where the seed's conversation has no such segment.
Trial MakeGapTrial(uint64_t seed, const GapCase& which);

/// What one gap cost in each of many trials.
class GapCosts {
 public:
  void Add(const Outcome& outcome);
  void Add(const GapCosts& other);
  std::string Row(const std::string& name) const;
  /// Exchanges whose bytes are all there, and which are flagged, unpaired or missing; on average.
  double beyond_touched() const;

 private:
  Outcome sum_;
  std::vector<uint64_t> beyond_;
};

/// The head of the table.
std::string GapCostsHead();

}  // namespace trafrec::pipeline
