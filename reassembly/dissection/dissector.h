#pragma once

#include <functional>
#include <memory>

#include "base/counters.h"
#include "reassembly/dissection/packet.h"
#include "reassembly/dissection/segment.h"

namespace trafrec::reassembly {

/// What is done with a packet whose TCP or IPv4 header checksum is wrong. A packet with a bad
/// checksum is no copy: the receiver did not take it.
enum class ChecksumPolicy : uint8_t {
  kAuto,    ///< accept: right, or the bare pseudo-header sum (offload), or outgoing, loopback, or
            ///< marked not ready
  kStrict,  ///< accept only what is right
  kIgnore,  ///< accept everything
};

/// Takes packets out of their wrappings: link layer, tunnels, IP fragments. One call gives at most
/// one TCP segment (the last fragment gives the whole; the packets that 802.11 puts into one frame
/// are asked for one by one). Everything else is counted by reason. Never
/// fails: bad traffic is data. Single-threaded; holds nothing but fragments, within limits.h.
class Dissector {
 public:
  explicit Dissector(ChecksumPolicy policy);
  ~Dissector();

  /// The segment in the packet, or nullptr. Valid until the next call; its payload as long as the
  /// packet's bytes, or, if it was put together from fragments, until the next call.
  const TcpSegment* Dissect(const Packet& packet);

  /// Does that packet hold further ones?
  bool holds_more() const;
  /// The segment in the next of them that has one, or nullptr: none has. Valid as the first one.
  /// The packet must be there still.
  const TcpSegment* DissectMore();

  /// Fragmented ones that were given up because others took their memory.
  uint64_t datagrams_evicted() const;
  /// Adds its counters: "packets.tcp" and "packets.ignored.<reason>" as parts of
  /// "packets.received".
  void AddCounters(Counters& counters) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trafrec::reassembly
