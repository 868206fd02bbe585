#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/counters.h"
#include "reassembly/reassembler.h"
#include "tests/pipeline/judge.h"
#include "tests/pipeline/transformations.h"

namespace trafrec::pipeline {

enum class TrialKind : uint8_t {
  kAny,     ///< the seed decides; two seeds of five lose nothing
  kQuotes,  ///< captures of captures: HTTP in all bodies, and 10% of the packets are lost
  kLong,    ///< as kAny, and pipelines go on for long enough that a client's habits are known
  kProxied  ///< as kAny, and each connection comes through a load balancer with a PROXY header
};

/// Of kAny.
constexpr bool IsLossless(uint64_t seed) { return seed % 5 < 2; }

/// Some conversations side by side, transformed, carried, and perhaps damaged. The same seed and
/// kind give the same trial, everywhere.
struct Trial {
  uint64_t seed = 0;
  std::optional<LossPattern> loss;
  std::vector<Sent> sent;
  std::vector<std::vector<std::string>> labels;  ///< what was done, by conversation
  std::vector<WirePacket> packets;               ///< those that are captured, in order of time
};

Trial MakeTrial(uint64_t seed, TrialKind kind = TrialKind::kAny);

/// The same packets, captured in several places, each with losses of its own.
std::vector<Trial> MakeCaptures(uint64_t seed, const std::vector<LossPattern>& losses);

struct Verdict {
  std::vector<Finding> findings;
  std::vector<Outcome> outcomes;  ///< by conversation
  Counters counters;

  /// Of all findings, one a line; empty: the recorder kept its promises.
  std::string Text() const;
  Outcome total() const;
};

/// Lets `feed` give the trial's packets to a reassembler, and compares what comes out.
using Feed = std::function<void(reassembly::Reassembler&)>;
Verdict RunTrial(const Trial& trial, const Feed& feed);

/// Feeds the packets to a reassembler, and compares. `only`: that conversation's packets alone.
Verdict RunTrial(const Trial& trial, std::optional<uint32_t> only = std::nullopt);

}  // namespace trafrec::pipeline
