// What others ask of a run while it goes on, from any thread; and what ends it before its time.

#include <algorithm>
#include <limits>

#include "replay/run/engine.h"

namespace trafrec::replay {

void Engine::Stop() {
  Post([this] {
    if (stopping_) {
      GiveUpMoving();  // asked twice
    } else {
      stopped_ = true;
      BeginStop();
    }
  });
}

void Engine::GiveUpMoving() {
  giving_up_ = true;
  parts_.sender.Close();
  AbandonPaused();
  for (auto& [batch, work] : std::exchange(waiting_, {})) {
    work();  // which sees that nothing is sent any more
  }
  FinishIfOver();
}

void Engine::AbandonPaused() {
  for (const std::weak_ptr<Move>& each : std::exchange(paused_moves_, {})) {
    if (const MovePtr move = each.lock()) {
      move->timer->cancel();
      Abandon(move);
    }
  }
  for (TargetState& target : targets_) {
    for (const MovePtr& move : std::exchange(target.waiting, {})) {
      Abandon(move);
    }
  }
}

void Engine::Pause(bool paused) {
  Post([this, paused] {
    if (paused == paused_) {
      return;
    }
    paused_ = paused;
    const int64_t now = Now();
    if (paused) {
      paused_at_ = now;
      schedule_.Pause(now);
    } else {
      schedule_.Resume(now);
      paused_ns_ += now - paused_at_;
    }
    Pump();
  });
}

void Engine::SetSpeed(const pace::Speed& speed) {
  Post([this, speed] {
    pace::Schedule::Place next = schedule_.next();
    for (const auto& flight : window_.flights()) {
      if (flight->parts == 0 && !flight->moving) {
        next = flight->place;
        break;
      }
    }
    schedule_.SetSpeed(speed, next, Now());
    Pump();
  });
}

void Engine::Seek(TimeNs began_at) {
  Post([this, began_at] {
    for (const auto& flight : window_.flights()) {
      if (flight->plan().began_at >= began_at) {
        schedule_.Seek(flight->place, flight->plan().began_at - began_at, Now());
        Pump();
        return;
      }
    }
    // Not read yet: what is there goes at once, and so does what comes until then.
    seek_to_ = began_at;
    schedule_.Seek({.source_ns = std::numeric_limits<int64_t>::max() / 2,
                    .count = std::numeric_limits<uint64_t>::max() / 2},
                   0, Now());
    Pump();
  });
}

RunProgress Engine::progress() const {
  const std::lock_guard lock(progress_mutex_);
  return progress_;
}

RunProgress Engine::Snapshot() const {
  const int64_t now = paused_ ? paused_at_ : Now();
  RunProgress progress{.counts = counts_,
                       .times = times_,
                       .source_lag = source_lag_,
                       .held = window_.held(),
                       .moving = moving_,
                       .passed_over = passed_over_.size(),
                       .concurrency = concurrency_,
                       .source_time = last_began_,
                       .through = std::max(taken_through_, last_began_),
                       .now_time = last_began_,
                       .taken = taken_,
                       .elapsed_ns = now - paused_ns_,
                       .paused = paused_,
                       .over = closed_ && !stopping_,
                       .speed = schedule_.speed()};
  for (const TargetState& target : targets_) {
    progress.trouble = progress.trouble.empty() ? target.trouble : progress.trouble;
  }
  if (const Flight* const oldest = window_.oldest()) {
    progress.source_time = progress.through = oldest->plan().began_at;
  }
  const auto next =
      std::ranges::find_if(window_.flights(), [](const auto& flight) { return !flight->moving; });
  if (next == window_.flights().end()) {
    return progress;
  }
  const Flight& flight = **next;
  progress.now_time = flight.plan().began_at - schedule_.Ahead(flight.place, now);
  if (schedule_.speed().kind != pace::Speed::Kind::kMax) {
    progress.next_time = flight.plan().began_at;
    progress.next_due_ns = schedule_.Due(flight.place) - now;
    progress.behind_ns = std::max<int64_t>(0, -progress.next_due_ns);
  }
  return progress;
}

}  // namespace trafrec::replay
