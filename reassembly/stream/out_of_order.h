#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace trafrec::reassembly {

/// What a packet says about the bytes it carried.
struct Arrival {
  TimeNs at = 0;
  uint32_t acknowledgment = 0;
  bool has_acknowledgment = false;
  bool packet_start = false;
  bool repeats = false;     ///< the packet also carried bytes that had been captured before
  bool conflicted = false;  ///< its IP fragments overlapped with different bytes
  std::optional<uint64_t> peer_offset;
};

/// Bytes of one flow that cannot be delivered yet: they lie behind a hole, or acknowledge bytes of
/// the reverse flow that are still to come. Pieces never overlap; the first copy of a byte stays.
/// Knows nothing of limits; its owner reads charged_bytes.
class OutOfOrderBuffer {
 public:
  /// Bytes of a joined piece that came with a packet of their own.
  struct Run {
    uint64_t begin;  // in the piece's data
    Arrival arrival;
  };
  struct Piece {
    std::unique_ptr<uint8_t[]> data;  // null: the capture cut these bytes off
    uint64_t skipped = 0;             // of data: they left by TrimFront
    uint64_t length = 0;              // of what follows
    TimeNs waiting_since = 0;         // tracker's time, which never goes back
    Arrival arrival;                  // of the first run
    std::vector<Run> later;           // the other runs of a joined piece
    size_t next_run = 0;              // in later: those before have left

    bool is_cut() const { return data == nullptr; }
    uint64_t run_length() const {
      return next_run < later.size() ? later[next_run].begin - skipped : length;
    }
    Bytes bytes() const { return {data.get() + skipped, static_cast<size_t>(length)}; }
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
  /// Takes off the first bytes of the front piece, fewer than all and not beyond its first run.
  /// Their memory stays charged until the piece goes.
  void TrimFront(uint64_t bytes);

 private:
  static size_t CostOf(const Piece& piece);
  static void AppendRuns(Piece& joined, uint64_t at, const Piece& part);
  void Charge(const Piece& piece);
  void Discharge(const Piece& piece);

  Pieces pieces_;
  size_t charged_bytes_ = 0;
};

}  // namespace trafrec::reassembly
