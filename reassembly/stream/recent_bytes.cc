// Comparing retransmissions with what was delivered.
//
// First copy wins, but a second copy with other bytes must be noticed: the receiver may have got
// that one. The consumer has the first copy already, in a form of its own. Keeping the last bytes
// per flow costs memory for each of a million idle flows. So there is one ring for all of them,
// small enough for the second-level cache, where a copy of an ordinary segment costs a few tens of
// nanoseconds. What has left the ring cannot be compared: a retransmission that comes very late on
// a busy capture is counted as equal. Rejected: a hash per segment (as dear as the copy, and blind
// to other segmentation), nothing at all (the commonest conflict is that of a segment just
// delivered).

#include "reassembly/stream/recent_bytes.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr size_t kAlignment = 16;

constexpr size_t RoundUp(size_t n) { return (n + kAlignment - 1) & ~(kAlignment - 1); }

}  // namespace

RecentBytes::RecentBytes(size_t ring_bytes)
    : ring_(ring_bytes), mask_(ring_bytes - 1), end_(ring_bytes) {
  CHECK(std::has_single_bit(ring_bytes) && ring_bytes >= 2 * limits::kRecentRunBytes);
}

uint64_t RecentBytes::Remember(uint64_t previous, uint64_t offset, Bytes bytes) {
  const size_t kept = std::min(bytes.size(), limits::kRecentRunBytes);
  const size_t record = RoundUp(sizeof(Header) + kept);
  size_t index = end_ & mask_;
  if (index + record > ring_.size()) {
    end_ += ring_.size() - index;
    index = 0;
  }
  const Header header = {previous, offset, kept};
  std::memcpy(ring_.data() + index, &header, sizeof(header));
  // memmove, because gcc expands a memcpy of bounded length to a slow string instruction.
  std::memmove(ring_.data() + index + sizeof(header), bytes.data(), kept);
  const uint64_t place = end_;
  end_ += record;
  return place;
}

uint64_t CountDiffering(Bytes a, Bytes b) {
  uint64_t count = 0;
  if (!std::ranges::equal(a, b)) {  // the usual case is the fast one
    for (size_t i = 0; i < a.size(); ++i) {
      count += a[i] != b[i] ? 1 : 0;
    }
  }
  return count;
}

uint64_t RecentBytes::Differing(uint64_t newest, uint64_t offset, Bytes bytes,
                                uint64_t& steps) const {
  const uint64_t end = offset + bytes.size();
  uint64_t differing = 0;
  int looked_at = 0;
  for (uint64_t place = newest; IsAlive(place) && looked_at < limits::kRecentSteps; ++looked_at) {
    Header header;
    const uint8_t* record = ring_.data() + (place & mask_);
    std::memcpy(&header, record, sizeof(header));
    ++steps;
    const uint64_t from = std::max(offset, header.offset);
    const uint64_t until = std::min(end, header.offset + header.length);
    if (from < until) {
      const Bytes kept(record + sizeof(header), header.length);
      differing += CountDiffering(bytes.subspan(from - offset, until - from),
                                  kept.subspan(from - header.offset, until - from));
    }
    if (header.offset <= offset) {
      break;
    }
    place = header.previous;
  }
  return differing;
}

}  // namespace trafrec::reassembly
