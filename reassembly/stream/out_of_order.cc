// Pieces are kept in a tree by offset, so that any order of arrival costs O(log n) a segment. A
// sender who leaves a hole at every second byte and then repeats large segments over them would
// make each of those visit thousands of pieces; therefore pieces that a segment has covered are
// joined into one, and the next such segment visits one. Rejected: a list sorted from the back
// (what kernels did; one-byte segments backwards make it quadratic), and a byte map of the window
// (a megabyte for one hole).

#include "reassembly/stream/out_of_order.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

uint64_t EndOf(const OutOfOrderBuffer::Pieces::value_type& piece) {
  return piece.first + piece.second.length;
}

}  // namespace

OutOfOrderBuffer::Pieces::const_iterator OutOfOrderBuffer::FindFrom(uint64_t offset) const {
  // Behind a hole segments mostly come in order, each behind all that are buffered.
  if (pieces_.empty() || EndOf(*pieces_.rbegin()) <= offset) {
    return pieces_.end();
  }
  auto after = pieces_.upper_bound(offset);
  if (after != pieces_.begin()) {
    const auto before = std::prev(after);
    if (EndOf(*before) > offset) {
      return before;
    }
  }
  return after;
}

void OutOfOrderBuffer::Insert(uint64_t offset, Bytes bytes, uint64_t length, const Arrival& arrival,
                              TimeNs now) {
  Piece piece;
  piece.length = length;
  piece.arrival = arrival;
  piece.waiting_since = now;
  if (!bytes.empty()) {
    piece.data = std::make_unique_for_overwrite<uint8_t[]>(bytes.size());
    std::memcpy(piece.data.get(), bytes.data(), bytes.size());
  }
  Charge(piece);
  const size_t before = pieces_.size();
  pieces_.emplace_hint(pieces_.end(), offset, std::move(piece));
  CHECK(pieces_.size() == before + 1);
}

void OutOfOrderBuffer::CarveCut(uint64_t piece_offset, uint64_t from, uint64_t until) {
  const auto found = pieces_.find(piece_offset);
  CHECK(found != pieces_.end() && found->second.is_cut());
  const uint64_t end = piece_offset + found->second.length;
  const Arrival arrival = found->second.arrival;
  const TimeNs since = found->second.waiting_since;
  Discharge(found->second);
  pieces_.erase(found);
  if (piece_offset < from) {
    Insert(piece_offset, {}, from - piece_offset, arrival, since);
  }
  if (until < end) {
    Insert(until, {}, end - until, arrival, since);
  }
}

size_t OutOfOrderBuffer::Coalesce(uint64_t from, uint64_t until) {
  size_t visited = 0;
  auto at = pieces_.lower_bound(from);
  while (at != pieces_.end() && at->first < until) {
    ++visited;
    uint64_t end = at->first + at->second.length;
    if (at->second.is_cut() || end > until) {
      ++at;
      continue;
    }
    auto last = std::next(at);
    while (last != pieces_.end() && last->first == end && !last->second.is_cut() &&
           end + last->second.length <= until) {
      end += last->second.length;
      ++last;
      ++visited;
    }
    if (last != std::next(at)) {
      Piece joined;
      joined.data = std::make_unique_for_overwrite<uint8_t[]>(end - at->first);
      joined.length = end - at->first;
      joined.waiting_since = at->second.waiting_since;
      joined.arrival = at->second.arrival;
      for (auto part = at; part != last; ++part) {
        const uint64_t offset = part->first - at->first;
        std::memcpy(joined.data.get() + offset, part->second.bytes().data(), part->second.length);
        AppendRuns(joined, offset, part->second);
        Discharge(part->second);
      }
      Charge(joined);
      at->second = std::move(joined);
      pieces_.erase(std::next(at), last);
    }
    at = last;
  }
  return visited;
}

/// Each run keeps what its own packet says: which bytes of the reverse flow come before it.
void OutOfOrderBuffer::AppendRuns(Piece& joined, uint64_t at, const Piece& part) {
  if (at > 0) {
    joined.later.push_back({at, part.arrival});
  }
  for (size_t i = part.next_run; i < part.later.size(); ++i) {
    joined.later.push_back({at + part.later[i].begin - part.skipped, part.later[i].arrival});
  }
}

OutOfOrderBuffer::Piece OutOfOrderBuffer::PopFront() {
  auto node = pieces_.extract(pieces_.begin());
  Discharge(node.mapped());
  return std::move(node.mapped());
}

void OutOfOrderBuffer::TrimFront(uint64_t bytes) {
  auto node = pieces_.extract(pieces_.begin());
  Piece& piece = node.mapped();
  CHECK(bytes < piece.length && bytes <= piece.run_length());
  if (bytes == piece.run_length()) {
    piece.arrival = piece.later[piece.next_run++].arrival;
  } else {
    piece.arrival.packet_start = false;
  }
  node.key() += bytes;
  piece.skipped += bytes;
  piece.length -= bytes;
  pieces_.insert(pieces_.begin(), std::move(node));
}

size_t OutOfOrderBuffer::CostOf(const Piece& piece) {
  return limits::kPieceBytes + (piece.is_cut() ? 0 : piece.skipped + piece.length) +
         piece.later.size() * sizeof(Run);
}

void OutOfOrderBuffer::Charge(const Piece& piece) { charged_bytes_ += CostOf(piece); }
void OutOfOrderBuffer::Discharge(const Piece& piece) { charged_bytes_ -= CostOf(piece); }

}  // namespace trafrec::reassembly
