// Targets that cannot be reached, or stand behind a proxy that does not reach them (502, 503, 504).
//
// At the first such answer, or refused connection, nothing more is sent to that target: what comes
// next would go the same way, and of plain HTTP's POSTs each one that a proxy answers with 502 is
// undecidable. The target is asked instead, with HEAD: for the path of that answer, because a proxy
// may answer others by itself. If that is answered otherwise, the answer was its operation's alone.
// If not, the path is asked for that was answered last: a proxy may reach one of its services and
// not another, and a run that waited for all of them would wait for ever. Only if that is not
// reached either the target is away; it is waited for, and tries of that time do not count. Where
// the proxy itself answers what was answered last, twenty such answers in a row tell.
//
// Targets are away one by one. What is due for one of them is parked, and what was under way there
// when it went leaves its place to others.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "replay/run/engine.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

namespace {

Error AwayForLong(int64_t patience_ns, const std::string& why) {
  return {ErrorCode::kIo,
          fmt::format("the target was away for {} s: {}", patience_ns / kNsPerSecond, why),
          "start it again, then: trafrec replay LOG --run RUN --resume"};
}

}  // namespace

/// It cannot be reached: nothing of the last copy was sent.
bool Engine::EndsOverAbsence(const MovePtr& move, const std::string& why) {
  const size_t number = move->flight->plan().target;
  TargetState& target = targets_[number];
  if (!target.answered) {
    // The first thing that was sent at all: a wrong URL, not a target that is down for a while.
    Fail({ErrorCode::kIo, why, "is it the right URL, and does it run?"});
    Abandon(move);
    return true;
  }
  target.trouble = why;
  if (!target.away) {
    BeginAway(number, "/", false);
  }
  if (Now() - target.away_since <= options_.patience_ns) {
    return false;
  }
  Fail(AwayForLong(options_.patience_ns, why));
  Abandon(move);
  return true;
}

/// `path`: what was asked for.
void Engine::NoteAnswer(size_t number, const send::Sent& sent, const std::string& path) {
  if (!sent.answered) {
    return;
  }
  TargetState& target = targets_[number];
  if (!IsUnreached(sent.answer.status)) {
    target.answered = true;
    target.last_path.assign(path);
    target.unreached = 0;
    EndAway(target);
    return;
  }
  ++target.unreached;
  if (!target.away) {
    const bool asks_last =
        target.unreached < limits::kUnreachedAnswers && !target.last_path.empty();
    BeginAway(number, path, asks_last);
  }
}

/// All tries of it are used up. True: it waits for a target that is away.
bool Engine::WaitsForReturn(const MovePtr& move) {
  const TargetState& target = targets_[move->flight->plan().target];
  if (move->returned < target.returned) {
    // What was tried while it was away does not count.
    move->returned = target.returned;
    move->failed_readings = 0;
    for (const guard::Item& item : move->parcel.items) {
      move->unsent = std::max(move->unsent, item.tries);
    }
    return false;
  }
  if (!target.away) {
    return false;
  }
  AwaitReturn(move);
  return true;
}

/// What goes on with it comes back to GoRound when the target does.
void Engine::AwaitReturn(const MovePtr& move) {
  if (stopping_) {
    Abandon(move);
  } else {
    targets_[move->flight->plan().target].waiting.push_back(move);
  }
}

/// `asks_last`: it is not away, whatever is answered for the path, if it answers what it answered
/// last.
void Engine::BeginAway(size_t number, std::string path, bool asks_last) {
  TargetState& target = targets_[number];
  target.away = true;
  target.away_since = Now();
  target.away_times.Begin(target.away_since);
  target.confirmed = false;
  target.probe = std::move(path);
  target.asks_last = asks_last;
  target.probe_pause_ms = options_.retry.first_pause_ms;
  Probe(number, target.probe);
}

void Engine::EndAway(TargetState& target) {
  if (!target.away) {
    return;
  }
  target.away = false;
  target.away_times.End(Now());
  target.trouble.clear();
  target.returned += target.confirmed ? 1 : 0;
  for (const MovePtr& move : std::exchange(target.waiting, {})) {
    Post([this, move] {
      if (move->flight != nullptr) {
        GoRound(move);
      }
    });
  }
  Poke();
}

/// Of all targets, the one that was away the longest in that time.
int64_t Engine::AnyAwayWithin(int64_t from, int64_t until) const {
  int64_t longest = 0;
  for (const TargetState& each : targets_) {
    longest = std::max(longest, each.away_times.Within(from, until));
  }
  return longest;
}

/// A question that changes nothing.
void Engine::Probe(size_t number, const std::string& path) {
  message::Request request{.method = "HEAD", .target = path};
  if (!options_.run_mark.empty()) {
    message::SetField(request.fields, plan::kRunField, options_.run_mark);
  }
  parts_.sender.Send(number, std::move(request),
                     [this, number](send::Sent& sent) { TakeProbe(number, sent); });
}

void Engine::TakeProbe(size_t number, const send::Sent& sent) {
  TargetState& target = targets_[number];
  if (!target.away || stopping_) {
    return;
  }
  if (sent.answered && !IsUnreached(sent.answer.status)) {
    target.answered = true;
    EndAway(target);
    Pump();
    return;
  }
  if (sent.answered && std::exchange(target.asks_last, false) && target.last_path != target.probe) {
    Probe(number, target.last_path);
    return;
  }
  target.confirmed = true;
  target.trouble = sent.answered ? fmt::format("target '{}' answers {} to everything",
                                               parts_.target_names[number], sent.answer.status)
                                 : sent.failure;
  if (!target.answered) {
    Fail(NeverAnswered(target.trouble));
    return;
  }
  if (Now() - target.away_since > options_.patience_ns) {
    Fail(AwayForLong(options_.patience_ns, target.trouble));
    return;
  }
  target.probe_timer.emplace(parts_.loop);
  target.probe_timer->expires_after(std::chrono::milliseconds(target.probe_pause_ms));
  target.probe_pause_ms =
      std::min({2 * target.probe_pause_ms, options_.retry.longest_pause_ms, limits::kAwayProbeMs});
  target.probe_timer->async_wait([this, number](const asio::error_code& error) {
    const TargetState& away = targets_[number];
    if (!error && away.away && !stopping_) {
      Probe(number, away.probe);
    }
  });
}

}  // namespace trafrec::replay
