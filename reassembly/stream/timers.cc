// What is due in packet time, and the memory budget.
//
// Only connections with something unusual have a timer: one entry in an ordered set, the earliest
// of all that they wait for. Idle timeouts need none: each phase's list is ordered by last
// activity, so the oldest is at its front. wake_at is a lower bound of all of them, so an ordinary
// segment compares one number.

#include <algorithm>

#include "base/check.h"
#include "reassembly/limits.h"
#include "reassembly/stream/tracker_impl.h"

namespace trafrec::reassembly {

void StreamTracker::Impl::Settle(Connection& connection) {
  Detail& detail = *connection.detail;
  Pump(connection);
  bool over = true;
  bool acknowledged = true;
  for (int f = 0; f < 2; ++f) {
    CheckEnd(connection, f, false);
    const Direction& flow = connection.flow[f];
    const DirectionDetail& mine = detail.flow[f];
    over = over &&
           (flow.has(Direction::kEnded) || (mine.fin_presumed && flow.next == mine.fin_offset) ||
            !flow.has(Direction::kSeen));
    acknowledged = acknowledged && mine.fin_known() && flow.acked > mine.fin_offset;
    if (flow.next < flow.acked) {
      StartGrace(connection, f);
    }
  }
  if (over && acknowledged && !detail.flow[0].reset_seen && !detail.flow[1].reset_seen) {
    Close(connection, store::CloseCause::kFin);
    return;
  }
  if (!over) {
    detail.closes_at = kNever;
  } else if (detail.closes_at == kNever) {
    detail.closes_at = now + limits.closed_linger_ns;
  }
  UpdateCharge(connection);
  if (IsIdle(detail)) {
    DropDetail(connection);
  } else {
    Schedule(connection, DueOf(connection));
  }
}

void StreamTracker::Impl::UpdateCharge(Connection& connection) {
  Detail& detail = *connection.detail;
  const size_t charged =
      detail.flow[0].buffer.charged_bytes() + detail.flow[1].buffer.charged_bytes();
  memory.used_bytes += charged - detail.charged_bytes;
  detail.charged_bytes = charged;
  if ((charged > 0) != connection.has(Connection::kBuffering)) {
    if (charged > 0) {
      connection.Set(Connection::kBuffering);
      detail.buffering_since = now;
      buffering.PushBack(connection);
    } else {
      connection.Clear(Connection::kBuffering);
      buffering.Remove(connection);
    }
  }
}

TimeNs StreamTracker::Impl::HoleDue(const Connection& connection, int f) const {
  const Direction& flow = connection.flow[f];
  const DirectionDetail& detail = connection.detail->flow[f];
  TimeNs since;
  if (!detail.buffer.empty()) {
    if (detail.buffer.front_offset() == flow.next) {
      return kNever;
    }
    since = detail.buffer.front().waiting_since;
  } else if (detail.fin_seen && flow.next < detail.fin_offset) {
    since = detail.fin_at;
  } else {
    return kNever;
  }
  const bool one_sided = !connection.flow[1 - f].has(Direction::kSeen);
  return std::max(since, detail.progress_at) +
         (one_sided ? limits::kOneSidedHoleTimeoutNs : limits::kHoleTimeoutNs);
}

TimeNs StreamTracker::Impl::DueOf(const Connection& connection) const {
  TimeNs due = connection.detail->closes_at;
  for (int f = 0; f < 2; ++f) {
    const DirectionDetail& detail = connection.detail->flow[f];
    due = std::min({due, detail.end_due, detail.reset_due, HoleDue(connection, f)});
    if (detail.grace_offset != 0) {
      due = std::min(due, detail.grace_since + limits.gap_grace_ns);
    }
  }
  return due;
}

void StreamTracker::Impl::Schedule(Connection& connection, TimeNs due) {
  Detail& detail = *connection.detail;
  // Never again at the same instant: time must go on between two looks at a connection.
  due = std::max(due, now + 1);
  if (due == detail.scheduled) {
    return;
  }
  ++counters.steps;
  if (detail.scheduled != kNever) {
    timers.erase({detail.scheduled, connection.self});
  }
  detail.scheduled = due;
  if (due != kNever) {
    timers.emplace(due, connection.self);
    wake_at = std::min(wake_at, due);
  }
}

bool StreamTracker::Impl::IsIdle(const Detail& detail) const {
  for (const DirectionDetail& flow : detail.flow) {
    if (!flow.buffer.empty() || flow.grace_offset != 0 || flow.fin_known() || flow.reset_seen ||
        flow.other_base || flow.far_segments > 0 || flow.far_acks > 0) {
      return false;
    }
  }
  return true;
}

void StreamTracker::Impl::DropDetail(Connection& connection) {
  if (!connection.detail) {
    return;
  }
  Detail& detail = *connection.detail;
  if (detail.scheduled != kNever) {
    timers.erase({detail.scheduled, connection.self});
  }
  if (connection.has(Connection::kBuffering)) {
    connection.Clear(Connection::kBuffering);
    buffering.Remove(connection);
  }
  memory.used_bytes -= sizeof(Detail) + detail.charged_bytes + detail.early.bytes();
  connection.detail.reset();
}

void StreamTracker::Impl::RunTimers() {
  while (!timers.empty() && timers.begin()->first <= now) {
    ++counters.steps;
    Connection& connection = table[timers.begin()->second];
    timers.erase(timers.begin());
    connection.detail->scheduled = kNever;
    OnDue(connection);
  }
  ExpireIdle();
  RestSilent();
  wake_at = timers.empty() ? kNever : timers.begin()->first;
  for (const Phase phase : {Phase::kHalfOpen, Phase::kOpen, Phase::kClosed}) {
    if (!ListOf(phase).empty()) {
      wake_at = std::min(wake_at, ListOf(phase).front().last_at + TimeoutOf(phase));
    }
  }
  if (const Connection* next = ListOf(Phase::kOpen).unvisited()) {
    wake_at = std::min(wake_at, next->last_at + limits.rest_after_ns);
  }
}

void StreamTracker::Impl::OnDue(Connection& connection) {
  Detail& detail = *connection.detail;
  for (int f = 0; f < 2; ++f) {
    DirectionDetail& mine = detail.flow[f];
    if (mine.grace_offset != 0 && mine.grace_since + limits.gap_grace_ns <= now) {
      ReleaseAcknowledged(connection, f);
    }
    while (HoleDue(connection, f) <= now) {
      const uint64_t until = mine.buffer.empty() ? mine.fin_offset : mine.buffer.front_offset();
      DeliverGap(connection, f, until, store::GapCause::kTimeout);
      Pump(connection);
    }
    CheckEnd(connection, f, mine.end_due <= now);
  }
  if (detail.flow[0].reset_due <= now || detail.flow[1].reset_due <= now) {
    Close(connection, store::CloseCause::kReset);
  } else if (detail.closes_at <= now) {
    Close(connection, CauseOf(connection, store::CloseCause::kFin));
  } else {
    Settle(connection);
  }
}

void StreamTracker::Impl::ExpireIdle() {
  for (const Phase phase : {Phase::kHalfOpen, Phase::kOpen, Phase::kClosed}) {
    PhaseList& list = ListOf(phase);
    while (!list.empty() && list.front().last_at + TimeoutOf(phase) <= now) {
      ++counters.steps;
      Connection& connection = list.front();
      if (phase == Phase::kClosed) {
        Remove(connection);
      } else {
        Close(connection, CauseOf(connection, store::CloseCause::kIdleTimeout));
      }
    }
  }
}

/// Gives memory back, oldest first: bytes behind holes, then consumers that hold memory, then
/// state.
void StreamTracker::Impl::MakeRoom() {
  while (memory.used_bytes > memory.max_bytes && !buffering.empty()) {
    ++counters.steps;
    Connection& connection = buffering.front();
    ForceAll(connection, store::GapCause::kGlobalLimit);
    Settle(connection);
  }
  while (memory.used_bytes > memory.max_bytes && !holders.empty()) {
    ++counters.steps;
    Evict(holders.front());
  }
  while (memory.used_bytes > memory.max_bytes &&
         table.size() * kConnectionBytes > memory.max_bytes / 4) {
    ++counters.steps;
    PhaseList& closed = ListOf(Phase::kClosed);
    PhaseList& half_open = ListOf(Phase::kHalfOpen);
    if (!closed.empty()) {
      Remove(closed.front());
    } else {
      Evict(half_open.empty() ? ListOf(Phase::kOpen).front() : half_open.front());
    }
  }
}

}  // namespace trafrec::reassembly
