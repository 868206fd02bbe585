#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/counters.h"
#include "reassembly/dissection/dissector.h"
#include "tests/support/encapsulations.h"
#include "tests/support/packets.h"

namespace trafrec::reassembly {

using test_support::ByteVector;

/// What came out of one packet: "TCP <payload>" or "ignored: <reason>", as tests compare it.
struct Dissected {
  std::optional<TcpSegment> segment;  ///< its payload is not to be used any more
  std::string payload;
  std::string ignored;  ///< the reason, as in the counter's name

  friend bool operator==(const Dissected& dissected, const std::string& text) {
    return dissected.Text() == text;
  }
  std::string Text() const { return segment ? "TCP " + payload : "ignored: " + ignored; }
  friend std::ostream& operator<<(std::ostream& out, const Dissected& dissected) {
    return out << dissected.Text();
  }

  /// "vlan 7, gre 0", outermost first.
  std::string Path() const;
};

/// A dissector that is fed packet by packet, and checks after each that its sums hold.
class Feed {
 public:
  explicit Feed(uint16_t link_type = kLinkEthernet, ChecksumPolicy policy = ChecksumPolicy::kAuto)
      : link_type_(link_type), dissector_(policy) {}

  Dissected operator()(const ByteVector& bytes);
  Dissected operator()(const Packet& packet);
  /// The next segment in that packet, which was given as bytes.
  Dissected More();
  /// A packet of which the capture kept only the first bytes.
  Dissected Cut(const ByteVector& bytes, size_t snaplen);

  uint64_t Counter(const std::string& name) const;
  void Wait(int64_t ns) { now_ += ns; }

 private:
  template <typename Next>
  Dissected Look(Next next);

  uint16_t link_type_;
  Dissector dissector_;
  test_support::RawPacket raw_;  ///< the last one; More looks at it again
  Packet packet_;
  TimeNs now_ = 1'700'000'000 * kNsPerSecond;
};

/// A TCP segment with the payload "hello", in IPv4 or IPv6.
ByteVector Hello();
ByteVector HelloV6();

}  // namespace trafrec::reassembly
