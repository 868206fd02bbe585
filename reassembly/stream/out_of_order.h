#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"

namespace trafrec::reassembly {

/// What a packet says about the bytes it carried.
struct Arrival {
  TimeNs at = 0;
  uint32_t acknowledgment = 0;
  bool has_acknowledgment = false;
  bool packet_start = false;
  std::optional<uint64_t> peer_offset;
};

/// Bytes of one flow that cannot be delivered yet: they lie behind a hole, or acknowledge bytes of
/// the reverse flow that are still to come. Pieces never overlap; the first copy of a byte stays.
/// Knows nothing of limits; its owner reads charged_bytes.
class OutOfOrderBuffer {
 public:
  struct Piece {
    std::unique_ptr<uint8_t[]> data;  // null: the capture cut these bytes off
    uint64_t length = 0;
    TimeNs waiting_since = 0;  // tracker's time, which never goes back
    Arrival arrival;

    bool is_cut() const { return data == nullptr; }
    Bytes bytes() const { return {data.get(), static_cast<size_t>(length)}; }
  };
  using Pieces = std::map<uint64_t, Piece>;  // by offset

  bool empty() const { return pieces_.empty(); }
  const Pieces& pieces() const { return pieces_; }
  uint64_t front_offset() const { return pieces_.begin()->first; }
  const Piece& front() const { return pieces_.begin()->second; }
  /// Bytes of memory, with what the pieces cost beside their bytes.
  size_t charged_bytes() const { return charged_bytes_; }

  /// The piece that covers `offset`, or else the next one after it, or end().
  Pieces::const_iterator FindFrom(uint64_t offset) const;
  /// `bytes` empty and `length` > 0: a cut piece. The range must be free.
  void Insert(uint64_t offset, Bytes bytes, uint64_t length, const Arrival& arrival, TimeNs now);
  /// Makes room in a cut piece for real bytes of [from, until), which lies inside it.
  void CarveCut(uint64_t piece_offset, uint64_t from, uint64_t until);
  /// Joins neighbouring pieces that lie wholly inside [from, until). Returns how many it visited.
  size_t Coalesce(uint64_t from, uint64_t until);
  Piece PopFront();

 private:
  void Charge(const Piece& piece);
  void Discharge(const Piece& piece);

  Pieces pieces_;
  size_t charged_bytes_ = 0;
};

}  // namespace trafrec::reassembly
