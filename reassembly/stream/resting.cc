// Connections that are silent.
//
// Most connections of a pool wait for their next request most of the time. What their consumer
// needs then are some numbers; what it holds beside are places for a message under way. So a
// consumer is asked, some seconds behind the last packet, for what it must keep, and is made anew
// from it at the next call. The list of open connections is ordered by last packet: whoever has not
// been asked since its last one stands behind those that have, so each packet costs one question
// at most, and a look at the front tells when the next is due. Rejected: smaller structures at all
// times (every message would pay for them), and a timer for each connection.

#include "base/check.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::RestSilent() {
  PhaseList& open = ListOf(Phase::kOpen);
  for (Connection* next = open.unvisited();
       next != nullptr && next->last_at + limits.rest_after_ns <= now; next = open.unvisited()) {
    ++counters.steps;
    Connection& connection = open.Visit();
    // One with a Detail is in the middle of something.
    if (connection.consumer && !connection.detail) {
      Rest(connection);
    }
  }
}

/// It keeps its place among the holders: who rests is not used by that.
void StreamTracker::Impl::Rest(Connection& connection) {
  const size_t before = memory.used_bytes;
  connection.resting = connection.consumer->Rest();
  if (!connection.resting) {
    return;
  }
  connection.held_bytes = static_cast<int64_t>(memory.used_bytes - before);
  connection.consumer.reset();
  if (connection.held_bytes > 0 && !connection.has(Connection::kHolder)) {
    connection.Set(Connection::kHolder);
    holders.PushBack(connection);
  }
}

void StreamTracker::Impl::Wake(Connection& connection) {
  const size_t before = memory.used_bytes;
  connection.consumer = connection.resting->Wake();
  CHECK(connection.consumer != nullptr);
  connection.resting.reset();
  CountHeld(connection, before);
}

}  // namespace trafrec::reassembly
