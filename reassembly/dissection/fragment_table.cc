#include "reassembly/dissection/fragment_table.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "reassembly/limits.h"

// IP reassembly.
//
// A datagram is a map of pieces that do not overlap; a new fragment fills only what no earlier one
// has covered, and what it says otherwise about covered bytes is compared. It is whole when as many
// bytes are covered as the last fragment says there are. Rejected: one buffer of 64 KiB for each
// datagram (a fragment of eight bytes at the far end would cost as much as 8,000 honest ones), and
// dropping datagrams that overlap, as RFC 5722 has it (whether the receiver did so depends on its
// system; the flag says what happened).

namespace trafrec::reassembly {
namespace {

/// What the table itself takes for an entry and for a piece, about.
constexpr size_t kEntryBytes = 256;
constexpr size_t kPieceBytes = 96;
constexpr uint32_t kUnit = 8;

}  // namespace

uint64_t HashOf(const EncapsulationPath& path) {
  constexpr uint64_t kPrime = 0x100000001b3;  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325;
  for (const store::EncapsulationId& id : path.ids()) {
    hash = (hash ^ (static_cast<uint64_t>(id.kind) << 32 | id.id)) * kPrime;
  }
  return hash;
}

std::optional<Datagram> FragmentTable::Add(const DatagramKey& key, const Fragment& fragment,
                                           TimeNs at) {
  DropOld(at);
  const auto [entry, is_new] = table_.try_emplace(key);
  Waiting& waiting = entry->second;
  if (is_new) {
    ++begun_;
    waiting.first_at = at;
    waiting.age = ages_.insert(ages_.end(), key);
    waiting.charged_bytes = kEntryBytes;
    bytes_ += kEntryBytes;
  }
  Insert(waiting, fragment);
  if (waiting.length.has_value() && waiting.covered == *waiting.length) {
    const Datagram whole = Assemble(waiting);
    ++completed_;
    conflicted_ += whole.conflicted ? 1 : 0;
    Erase(entry);
    return whole;
  }
  while (bytes_ > limits::kFragmentBytes) {
    Erase(table_.find(ages_.front()));
    ++evicted_;
  }
  return std::nullopt;
}

void FragmentTable::Insert(Waiting& waiting, const Fragment& fragment) {
  Bytes bytes = fragment.bytes;
  if (fragment.offset == 0) {
    waiting.protocol = fragment.protocol;
  }
  if (fragment.more) {
    bytes = bytes.first(bytes.size() / kUnit * kUnit);  // as receivers do
  }
  uint32_t end = fragment.offset + static_cast<uint32_t>(bytes.size());
  if (!fragment.more && !waiting.length.has_value()) {
    waiting.length = end;
    while (!waiting.pieces.empty()) {  // what lies beyond the end
      ++steps_;
      const auto last = std::prev(waiting.pieces.end());
      const uint32_t last_end = last->first + static_cast<uint32_t>(last->second.size());
      if (last_end <= end) {
        break;
      }
      waiting.conflicted = true;
      const uint32_t kept = last->first < end ? end - last->first : 0;
      waiting.covered -= static_cast<uint32_t>(last->second.size()) - kept;
      if (kept > 0) {
        last->second.resize(kept);
        break;
      }
      waiting.pieces.erase(last);
    }
  }
  if (waiting.length.has_value() &&
      (end > *waiting.length || (!fragment.more && end != *waiting.length))) {
    waiting.conflicted = true;
    end = std::min(end, *waiting.length);
    bytes = bytes.first(end - std::min(end, fragment.offset));
  }
  InsertPiece(waiting, fragment.offset, bytes);
}

void FragmentTable::InsertPiece(Waiting& waiting, uint32_t offset, Bytes bytes) {
  auto next = waiting.pieces.upper_bound(offset);
  if (next != waiting.pieces.begin()) {
    --next;
  }
  while (!bytes.empty()) {
    ++steps_;
    while (next != waiting.pieces.end() && next->first + next->second.size() <= offset) {
      ++steps_;
      ++next;
    }
    const uint32_t taken_from = next == waiting.pieces.end()
                                    ? offset + static_cast<uint32_t>(bytes.size())
                                    : std::max(offset, next->first);
    const size_t free = std::min<size_t>(taken_from - offset, bytes.size());
    if (free > 0) {
      waiting.pieces.emplace_hint(
          next, offset,
          std::vector<uint8_t>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(free)));
      waiting.covered += static_cast<uint32_t>(free);
      waiting.charged_bytes += free + kPieceBytes;
      bytes_ += free + kPieceBytes;
    } else {
      const size_t from = offset - next->first;
      const size_t same = std::min(next->second.size() - from, bytes.size());
      waiting.conflicted |=
          !std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(same),
                      next->second.begin() + static_cast<std::ptrdiff_t>(from));
      offset += static_cast<uint32_t>(same);
      bytes = bytes.subspan(same);
      continue;
    }
    offset += static_cast<uint32_t>(free);
    bytes = bytes.subspan(free);
  }
}

Datagram FragmentTable::Assemble(Waiting& waiting) {
  std::vector<uint8_t>& out = whole_.emplace_back();
  out.reserve(waiting.covered);
  steps_ += waiting.pieces.size();
  for (const auto& [offset, piece] : waiting.pieces) {
    CHECK(offset == out.size());
    out.insert(out.end(), piece.begin(), piece.end());
  }
  return {out, waiting.protocol, waiting.conflicted};
}

void FragmentTable::Erase(Table::iterator entry) {
  CHECK(entry != table_.end());
  steps_ += 1 + entry->second.pieces.size();
  bytes_ -= entry->second.charged_bytes;
  ages_.erase(entry->second.age);
  table_.erase(entry);
}

void FragmentTable::DropOld(TimeNs now) {
  while (!ages_.empty()) {
    const auto oldest = table_.find(ages_.front());
    CHECK(oldest != table_.end());
    if (now - oldest->second.first_at <= limits::kFragmentTimeoutNs) {
      return;
    }
    Erase(oldest);
    ++timed_out_;
  }
}

void FragmentTable::AddCounters(Counters& counters) const {
  constexpr const char* kRoot = "datagrams.fragmented";
  counters.push_back({kRoot, "", begun_});
  counters.push_back({"datagrams.fragmented.whole", kRoot, completed_});
  counters.push_back({"datagrams.fragmented.timed_out", kRoot, timed_out_});
  counters.push_back({"datagrams.fragmented.evicted", kRoot, evicted_});
  counters.push_back({"datagrams.fragmented.waiting", kRoot, table_.size()});
  counters.push_back({"datagrams.conflicted", "", conflicted_});
}

}  // namespace trafrec::reassembly
