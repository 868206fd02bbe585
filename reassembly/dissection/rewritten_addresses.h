#pragma once

#include <bitset>
#include <cstdint>
#include <unordered_map>

namespace trafrec::reassembly {

/// Tells captures whose addresses were replaced afterwards, for privacy, from damaged packets. Such
/// a capture has wrong checksums throughout, but wrong by the same amount in every packet between
/// two addresses, for the amount is the difference of the addresses. Damage is never twice the
/// same.
///
/// So an error is explained by rewriting if no packet between these addresses has been right, and
/// the same error was seen before on a packet with another checksum. Pairs are told apart by the 16
/// bits that their addresses add up to; when two pairs share them, the doubt goes against the
/// packet. At most 65,536 entries.
class RewrittenAddresses {
 public:
  void NoteRight(uint16_t pair) { right_.set(pair); }

  /// `error`: what the sum comes to instead of kRightSum. `checksum`: as found in the packet.
  bool Explain(uint16_t pair, uint16_t error, uint16_t checksum);

  /// There is other proof that the pair's addresses were replaced, with this error.
  void Confirm(uint16_t pair, uint16_t error);

 private:
  struct Suspicion {
    uint16_t error;
    uint16_t checksum;
    bool confirmed;
  };

  std::bitset<0x10000> right_;
  std::unordered_map<uint16_t, Suspicion> suspicions_;
};

}  // namespace trafrec::reassembly
