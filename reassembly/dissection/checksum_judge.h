#pragma once

#include <cstdint>

#include "base/counters.h"
#include "reassembly/dissection/dissector.h"
#include "reassembly/dissection/frame.h"

namespace trafrec::reassembly {

/// Decides whether the receiver of a packet took it, by its checksums and ChecksumPolicy. A host
/// that leaves checksums to its card shows us packets with other ones: TCP's then holds the bare
/// sum of the pseudo header (for the card to go on from), IPv4's is zero.
class ChecksumJudge {
 public:
  explicit ChecksumJudge(ChecksumPolicy policy) : policy_(policy) {}

  /// `header_bytes` is a multiple of 4 and all captured.
  bool AcceptsIpv4Header(const Frame& frame, size_t header_bytes) const;

  /// frame.rest is the TCP segment from its header on, at least 20 bytes; its addresses are known.
  bool AcceptsTcp(const Frame& frame);

  /// "checksums.…": what was found, whatever the policy made of it; "payload.bad_checksum_bytes".
  void AddCounters(Counters& counters) const;

 private:
  bool LeftToHardware(const Frame& frame, uint64_t pseudo_sum) const;

  ChecksumPolicy policy_;
  uint64_t right_ = 0;
  uint64_t offloaded_ = 0;
  uint64_t unjudged_ = 0;
  uint64_t bad_ = 0;
  uint64_t bad_payload_bytes_ = 0;
};

}  // namespace trafrec::reassembly
