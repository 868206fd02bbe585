// When a request went out, how late that was, and why.

#include <algorithm>

#include "replay/run/engine.h"

namespace trafrec::replay {

void Engine::NoteBytes(const send::Sent& sent, const message::Request& request) {
  counts_.sent_bytes += sent.sent ? sent.head.size() + request.body.size() : 0;
  counts_.received_bytes += sent.answer.head.size() + sent.answer.body.size();
}

void Engine::NoteTimes(Move& move, const send::Sent& sent) {
  Flight& flight = *move.flight;
  if (sent.answered) {
    times_.latency.Add(sent.timing.first_read - sent.timing.last_written);
  }
  if (move.timed || !sent.sent || flight.parts > 1) {
    return;
  }
  move.timed = true;
  if (schedule_.IsSkipped(flight.place)) {
    return;  // it was never due
  }
  const int64_t due = schedule_.Due(flight.place);
  const int64_t written = sent.timing.first_written - start_;
  const int64_t lag = std::max<int64_t>(0, written - due);
  times_.lag.Add(lag);
  flight.lag_ns = lag;
  const AwayTimes& away = targets_[flight.plan().target].away_times;
  const int64_t ready = std::max(due, flight.ready_at);
  const int64_t started = std::max(ready, move.started);
  // It may have waited for one that waited for another target.
  const int64_t order_away = AnyAwayWithin(due, ready);
  const int64_t start_away = away.Within(ready, started);
  LateBy late{.order_ns = ready - due - order_away,
              .concurrency_ns = started - ready - start_away,
              .connections_ns = sent.timing.exhausted_ns,
              .ledger_ns = move.intended_ns,
              .away_ns = order_away + start_away + away.Within(started, written)};
  late.own_ns = std::max<int64_t>(0, lag - late.order_ns - late.concurrency_ns -
                                         late.connections_ns - late.ledger_ns - late.away_ns);
  counts_.late.Add(late);
  flight.late = late;
}

}  // namespace trafrec::replay
