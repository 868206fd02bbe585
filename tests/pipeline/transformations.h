#pragma once

#include <vector>

#include "tests/pipeline/endpoints.h"

namespace trafrec::pipeline {

/// What networks and mirrors do to segments, and TCP survives. Rates are 0 … 1, per segment.
struct Transformations {
  double duplicates = 0;
  double retransmissions = 0;  ///< with more, fewer or the same bytes
  double delays = 0;           ///< by up to some milliseconds: later ones are captured before
  double thinned_acks = 0;
  double probes = 0;  ///< keep-alives

  bool any() const { return duplicates + retransmissions + delays + thinned_acks + probes > 0; }
};

Transformations AnyTransformations(Random& random);

/// Keeps the segments in order of time, and their ACK numbers truthful.
void Transform(std::vector<Segment>& segments, const Transformations& how, Random& random);

}  // namespace trafrec::pipeline
