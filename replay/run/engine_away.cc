// A target behind a proxy, or one that begins: 502, 503 and 504 say that it is not reached now.
//
// One such answer is its operation's: it is sent again, or in doubt. A target that answers nothing
// else is away, as one that refuses connections is, and is waited for as long: nothing goes there
// until a probe is answered otherwise, and tries of that time do not count. Only the probe can tell
// it from an operation to which the target always answers so.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

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
  TargetState& target = targets_[move->flight->plan().target];
  if (!target.answered) {
    // The first thing that was sent at all: a wrong URL, not a target that is down for a while.
    Fail({ErrorCode::kIo, why, "is it the right URL, and does it run?"});
    Abandon(move);
    return true;
  }
  if (target.trouble.empty()) {
    target.trouble_since = Now();
  }
  target.trouble = why;
  if (Now() - target.trouble_since <= options_.patience_ns) {
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
    EndAway(target);
    return;
  }
  if (target.unreached++ == 0) {
    target.unreached_since = Now();
  }
  if (target.away) {
    return;
  }
  target.trouble.clear();
  if (target.unreached >= limits::kUnreachedAnswers) {
    // The same path goes the same way: a proxy may answer others by itself.
    BeginAway(number, path);
  }
}

/// All tries of it are used up. True: it waits for a target that may be away.
bool Engine::WaitsForReturn(const MovePtr& move) {
  const size_t number = move->flight->plan().target;
  const TargetState& target = targets_[number];
  if (move->returned < target.returned) {
    // What was tried while it was away does not count.
    move->returned = target.returned;
    move->failed_readings = 0;
    for (const guard::Item& item : move->parcel.items) {
      move->unsent = std::max(move->unsent, item.tries);
    }
    return false;
  }
  if (!target.away && target.unreached < options_.retry.tries) {
    return false;
  }
  if (!target.away) {
    BeginAway(number, "/");
  }
  Later(move, limits::kAwayLookMs);
  return true;
}

void Engine::BeginAway(size_t number, std::string path) {
  TargetState& target = targets_[number];
  target.away = true;
  target.confirmed = false;
  target.probe = std::move(path);
  target.probe_pause_ms = options_.retry.first_pause_ms;
  Probe(number);
}

void Engine::EndAway(TargetState& target) {
  target.unreached = 0;
  target.trouble.clear();
  if (target.away) {
    target.away = false;
    target.returned += target.confirmed ? 1 : 0;
  }
}

/// A question that changes nothing.
void Engine::Probe(size_t number) {
  message::Request request{.method = "HEAD", .target = targets_[number].probe};
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
  target.confirmed = true;
  target.trouble = sent.answered ? fmt::format("target '{}' answers {} to everything",
                                               parts_.target_names[number], sent.answer.status)
                                 : sent.failure;
  if (Now() - target.unreached_since > options_.patience_ns) {
    Fail(AwayForLong(options_.patience_ns, target.trouble));
    return;
  }
  target.probe_timer.emplace(parts_.loop);
  target.probe_timer->expires_after(std::chrono::milliseconds(target.probe_pause_ms));
  target.probe_pause_ms = std::min(2 * target.probe_pause_ms, options_.retry.longest_pause_ms);
  target.probe_timer->async_wait([this, number](const asio::error_code& error) {
    if (!error && targets_[number].away && !stopping_) {
      Probe(number);
    }
  });
}

}  // namespace trafrec::replay
