// Ports that are used again, when both SYNs of the new connection were lost.
//
// Such a segment bears numbers that have nothing to do with the connection we know: neither its
// sequence number nor what it acknowledges is anywhere near. (After a blackout of the capture one
// of the two still is: a bulk transfer moves one flow by gigabytes, and the other hardly; where one
// is far, the other must be closer than by chance.) But so does a forged segment, and one packet
// must not end a connection. So the new numbers get a connection of their own beside the one that
// is known, under the same addresses; each segment goes to the one that it is near to, and the one
// that was not meant dies of old age. Rejected: closing the old one at once (anybody could), and
// waiting for more such segments (the first ones hold the request).

#include <algorithm>
#include <optional>

#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {
namespace {

const Direction& FlowOfSource(const Connection& connection, bool source_is_low) {
  return connection.flow[connection.has(Connection::kFirstIsLow) == source_is_low ? 0 : 1];
}

/// How far the segment is from where the connection is: its farther number, of those that can be
/// compared. nullopt: none can.
std::optional<uint64_t> Distance(const Connection& connection, bool source_is_low,
                                 const TcpSegment& segment) {
  const Direction& flow = FlowOfSource(connection, source_is_low);
  const Direction& reverse = FlowOfSource(connection, !source_is_low);
  std::optional<uint64_t> farthest;
  if (flow.has(Direction::kBase)) {
    farthest = flow.DistanceTo(PayloadSequence(segment));
  }
  if (segment.has(TcpSegment::kAck) && reverse.has(Direction::kBase)) {
    farthest = std::max(farthest.value_or(0), reverse.DistanceTo(segment.acknowledgment));
  }
  return farthest;
}

bool BothSpoke(const Connection& connection) {
  return connection.flow[0].has(Direction::kSeen) && connection.flow[1].has(Direction::kSeen);
}

}  // namespace

bool StreamTracker::Impl::IsOfAnother(const Connection& connection, bool source_is_low,
                                      const TcpSegment& segment) {
  const Direction& flow = FlowOfSource(connection, source_is_low);
  const Direction& reverse = FlowOfSource(connection, !source_is_low);
  if (!segment.has(TcpSegment::kAck) || segment.has(TcpSegment::kSyn)) {
    return false;
  }
  if (!flow.has(Direction::kBase) || !reverse.has(Direction::kBase)) {
    return !connection.has(Connection::kHadConsumer) &&
           Distance(connection, source_is_low, segment).value_or(0) > limits::kWindowBytes;
  }
  const uint64_t sent = flow.DistanceTo(segment.sequence);
  const uint64_t known = reverse.DistanceTo(segment.acknowledgment);
  return std::max(sent, known) > limits::kWindowBytes &&
         std::min(sent, known) > limits::kReuseBytes;
}

/// Of the two connections that one set of addresses may have, the one that the segment is nearest
/// to, with its key. nullptr: none, and the key is that of the one to open.
Connection* StreamTracker::Impl::ChooseOfTwo(Connection* first, FlowKey& key, uint32_t& hash,
                                             bool source_is_low, const TcpSegment& segment) {
  const bool syn = segment.has(TcpSegment::kSyn);
  const auto distance = [&](const Connection* connection) {
    return connection == nullptr
               ? UINT64_MAX
               : Distance(*connection, source_is_low, segment).value_or(UINT64_MAX);
  };
  const auto fits = [&](const Connection* connection) {
    if (connection == nullptr) {
      return false;
    }
    if (!syn && segment.has(TcpSegment::kAck)) {
      return !IsOfAnother(*connection, source_is_low, segment);
    }
    return distance(connection) <= limits::kWindowBytes;
  };
  const uint64_t to_first = distance(first);
  if (to_first <= limits::kUnknownWindowBytes) {
    return first;
  }
  FlowKey second_key = key;
  second_key.overlay |= kSecondOfTuple;
  const uint32_t second_hash = table.Hash(second_key);
  Connection* const second = table.Find(second_key, second_hash);
  ++counters.steps;
  if (fits(first) && !(fits(second) && distance(second) < to_first)) {
    return first;
  }
  // A SYN that is near to neither takes the place of the first.
  if (second == nullptr ? first == nullptr || syn : syn && first != nullptr && !fits(second)) {
    return first;
  }
  // The third: the one that has been silent longer goes, but for one side's word alone none does
  // that both have spoken on.
  if (second != nullptr && !fits(second) && first != nullptr && BothSpoke(*second) &&
      first->last_at <= second->last_at) {
    Forget(*first);
    return nullptr;
  }
  key = second_key;
  hash = second_hash;
  if (second == nullptr || fits(second)) {
    return second;
  }
  Forget(*second);
  return nullptr;
}

void StreamTracker::Impl::Forget(Connection& connection) {
  if (connection.phase == Phase::kClosed) {
    Remove(connection);
    return;
  }
  const FlowKey key = connection.key;
  const uint32_t hash = table.Hash(key);
  Close(connection, CauseOf(connection, store::CloseCause::kReplaced));
  if (Connection* const closed = table.Find(key, hash)) {
    Remove(*closed);
  }
}

}  // namespace trafrec::reassembly
