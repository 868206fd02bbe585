#pragma once

#include <cstdint>

#include "base/counters.h"
#include "reassembly/dissection/dissector.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/rewritten_addresses.h"
#include "reassembly/dissection/unchecked_senders.h"

namespace trafrec::reassembly {

/// Decides whether the receiver of a packet took it, by its checksums and ChecksumPolicy. A host
/// that leaves checksums to its card shows us packets with other ones: TCP's then holds the bare
/// sum of the pseudo header (for the card to go on from), IPv4's is zero. A capture whose addresses
/// were replaced has none that are right; nor has a sender of whom a tool made them up.
class ChecksumJudge {
 public:
  explicit ChecksumJudge(ChecksumPolicy policy) : policy_(policy) {}

  /// `header_bytes` is a multiple of 4 and all captured. An error that the TCP checksum may yet
  /// explain is left in frame.header_error.
  bool AcceptsIpv4Header(Frame& frame, size_t header_bytes) const;

  /// frame.rest is the TCP segment from its header on, at least 20 bytes; frame.segment holds all
  /// that its header says.
  bool AcceptsTcp(const Frame& frame);

  /// "checksums.…": what was found, whatever the policy made of it; "payload.bad_checksum_bytes".
  void AddCounters(Counters& counters) const;

 private:
  bool AcceptsUnjudgeable(const Frame& frame);
  bool LeftToHardware(const Frame& frame, uint64_t pseudo_sum) const;
  bool AddressesRewritten(const Frame& frame, uint16_t error, uint16_t checksum);

  ChecksumPolicy policy_;
  RewrittenAddresses rewritten_addresses_;
  UncheckedSenders unchecked_senders_;
  uint64_t right_ = 0;
  uint64_t offloaded_ = 0;
  uint64_t rewritten_ = 0;
  uint64_t unchecked_ = 0;
  uint64_t unjudged_ = 0;
  uint64_t bad_ = 0;
  uint64_t bad_payload_bytes_ = 0;
};

}  // namespace trafrec::reassembly
