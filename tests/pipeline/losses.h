#pragma once

#include <string>
#include <vector>

#include "tests/pipeline/wire.h"

namespace trafrec::pipeline {

/// Which packets the capture misses.
struct LossPattern {
  double rate = 0;
  uint32_t burst_packets = 1;  ///< lost in a row, on average
  bool client = true;          ///< of which sender
  bool server = true;

  /// "1% in bursts, client's"
  std::string Name() const;
};

inline constexpr double kLossRates[] = {0.001, 0.01, 0.1, 0.5};

LossPattern AnyLoss(Random& random);

/// Takes packets out, and says of each whether it is kept.
std::vector<bool> Lose(std::vector<WirePacket>& packets, const LossPattern& pattern,
                       Random& random);

/// What the capture has of one conversation.
struct Captured {
  std::array<std::vector<Range>, 2> missing;  ///< of each flow, in order
  std::array<bool, 2> syn{};
  std::array<bool, 2> from_syn{};  ///< and nothing captured before it tells a later place
  std::array<bool, 2> fin{};

  bool Touches(Side side, const Range& range) const;
  /// Runs of lost bytes, and handshakes of which something is lost.
  size_t gaps() const;
};

/// `whole_segments`: by segment, whether all its packets were captured.
Captured CapturedOf(const Conversation& conversation, const std::vector<Segment>& segments,
                    const std::vector<bool>& whole_segments);

}  // namespace trafrec::pipeline
