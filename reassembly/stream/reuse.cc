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

#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {
namespace {

bool IsFar(const Direction& flow, uint32_t number) {
  return flow.DistanceTo(number) > limits::kWindowBytes;
}

const Direction& FlowOfSource(const Connection& connection, bool source_is_low) {
  return connection.flow[connection.has(Connection::kFirstIsLow) == source_is_low ? 0 : 1];
}

bool BothSpoke(const Connection& connection) {
  return connection.flow[0].has(Direction::kSeen) && connection.flow[1].has(Direction::kSeen);
}

}  // namespace

bool StreamTracker::Impl::IsOfAnother(const Connection& connection, bool source_is_low,
                                      const TcpSegment& segment) {
  const Direction& flow = FlowOfSource(connection, source_is_low);
  const Direction& reverse = FlowOfSource(connection, !source_is_low);
  if (!segment.has(TcpSegment::kAck) || segment.has(TcpSegment::kSyn) ||
      !flow.has(Direction::kBase) || !reverse.has(Direction::kBase)) {
    return false;
  }
  const uint64_t sent = flow.DistanceTo(segment.sequence);
  const uint64_t known = reverse.DistanceTo(segment.acknowledgment);
  return std::max(sent, known) > limits::kWindowBytes &&
         std::min(sent, known) > limits::kReuseBytes;
}

/// Of the two connections that one set of addresses may have, the one that the segment is near to,
/// with its key. nullptr: none, and the key is that of the one to open.
Connection* StreamTracker::Impl::ChooseOfTwo(Connection* first, FlowKey& key, uint32_t& hash,
                                             bool source_is_low, const TcpSegment& segment) {
  const bool syn = segment.has(TcpSegment::kSyn);
  const auto fits = [&](const Connection* connection) {
    if (connection == nullptr) {
      return false;
    }
    if (!syn && segment.has(TcpSegment::kAck)) {
      return !IsOfAnother(*connection, source_is_low, segment);
    }
    const Direction& flow = FlowOfSource(*connection, source_is_low);
    return flow.has(Direction::kBase) && !IsFar(flow, PayloadSequence(segment));
  };
  if (fits(first)) {
    return first;
  }
  FlowKey second_key = key;
  second_key.overlay |= kSecondOfTuple;
  const uint32_t second_hash = table.Hash(second_key);
  Connection* const second = table.Find(second_key, second_hash);
  ++counters.steps;
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
