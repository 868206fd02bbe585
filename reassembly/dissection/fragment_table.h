#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/counters.h"
#include "base/endpoint.h"
#include "base/time.h"
#include "reassembly/dissection/segment.h"

namespace trafrec::reassembly {

/// What the fragments of one datagram have in common.
struct DatagramKey {
  IpAddress source;
  IpAddress destination;
  uint32_t id = 0;
  uint8_t protocol = 0;        ///< IPv4; IPv6 does not tell datagrams apart by it
  uint64_t encapsulation = 0;  ///< HashOf its path: private addresses repeat from tunnel to tunnel

  friend auto operator<=>(const DatagramKey&, const DatagramKey&) = default;
};

uint64_t HashOf(const EncapsulationPath& path);

struct Fragment {
  uint32_t offset = 0;  ///< bytes
  bool more = false;    ///< not the last
  uint8_t protocol = 0;
  Bytes bytes;  ///< borrowed; copied if kept
};

struct Datagram {
  Bytes bytes;  ///< lives until FragmentTable::ReleaseWhole()
  uint8_t protocol = 0;
  bool conflicted = false;  ///< fragments overlapped with different bytes
};

/// IP fragments, in any order, until their datagrams are whole. The first copy of a byte wins.
/// Holds at most limits::kFragmentBytes; beyond, the oldest datagram is given up, as it is after
/// limits::kFragmentTimeoutNs of packet time. Every step is O(log n).
class FragmentTable {
 public:
  /// The whole datagram, if this fragment was the last that it lacked.
  std::optional<Datagram> Add(const DatagramKey& key, const Fragment& fragment, TimeNs at);

  /// Is there a fragment of that datagram already?
  bool Holds(const DatagramKey& key) const { return table_.contains(key); }

  /// Frees the datagrams that Add has handed out.
  void ReleaseWhole() { whole_.clear(); }

  size_t bytes() const { return bytes_; }
  /// Pieces and datagrams looked at.
  uint64_t steps() const { return steps_; }
  uint64_t evicted() const { return evicted_; }
  void AddCounters(Counters& counters) const;

 private:
  struct Waiting {
    std::map<uint32_t, std::vector<uint8_t>> pieces;  ///< by offset; they do not overlap
    uint32_t covered = 0;                             ///< bytes in them
    std::optional<uint32_t> length;                   ///< known from the last fragment
    uint8_t protocol = 0;                             ///< of the fragment at offset 0
    bool conflicted = false;
    size_t charged_bytes = 0;
    TimeNs first_at = 0;
    std::list<DatagramKey>::iterator age;
  };
  using Table = std::map<DatagramKey, Waiting>;

  void Insert(Waiting& waiting, const Fragment& fragment);
  void InsertPiece(Waiting& waiting, uint32_t offset, Bytes bytes);
  Datagram Assemble(Waiting& waiting);
  void Erase(Table::iterator entry);
  void DropOld(TimeNs now);

  Table table_;
  std::list<DatagramKey> ages_;  ///< oldest first
  std::vector<std::vector<uint8_t>> whole_;
  size_t bytes_ = 0;
  uint64_t begun_ = 0;
  uint64_t completed_ = 0;
  uint64_t conflicted_ = 0;
  uint64_t timed_out_ = 0;
  uint64_t evicted_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace trafrec::reassembly
