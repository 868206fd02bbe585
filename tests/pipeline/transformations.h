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
  /// Retransmissions that TCP itself would not send: their ACK tells of answers to their own bytes.
  bool late_copies = false;

  bool any() const { return duplicates + retransmissions + delays + thinned_acks + probes > 0; }
};

/// `lossless`: also what makes sense of a flow only where nothing of it is missing.
Transformations AnyTransformations(Random& random, bool lossless);

/// Keeps the segments in order of time, and their ACK numbers truthful.
void Transform(std::vector<Segment>& segments, const Transformations& how, Random& random);

}  // namespace trafrec::pipeline
