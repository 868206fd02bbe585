// The loop: what is held, what may go, and when.
//
// Every change (an answer, a commit, an exchange from the planner, a timer) ends in Pump, which
// fills the window, sends what is due, and sets the timer to the next due time. Due times come from
// an absolute schedule, so a late answer delays only those that wait for it.

#include "replay/run/engine.h"

#include <algorithm>
#include <asio/post.hpp>
#include <chrono>
#include <utility>

#include "replay/run/limits.h"
#include "replay/send/asio_types.h"

namespace trafrec::replay {

namespace {

constexpr auto kTick = std::chrono::milliseconds(200);

}  // namespace

Engine::Engine(const EngineParts& parts, EngineOptions options)
    : parts_(parts),
      options_(std::move(options)),
      queue_(limits::kQueuedExchanges, limits::kQueuedBytes),
      window_({.window = options_.window,
               .clock_error_ns = options_.clock_error_ns,
               .one_clock = options_.one_clock},
              options_.held_bytes, options_.held_bytes_most),
      schedule_(options_.speed, options_.idle_max_ns),
      timer_(parts.loop),
      tick_timer_(parts.loop),
      stop_timer_(parts.loop),
      work_(asio::make_work_guard(parts.loop)),
      concurrency_(options_.concurrency),
      targets_(parts.target_names.size()) {
  progress_.speed = schedule_.speed();
}

Engine::~Engine() { queue_.Close(); }

int64_t Engine::Now() const { return send::SteadyNow() - start_; }

void Engine::Post(Work work) { asio::post(parts_.loop, std::move(work)); }

void Engine::Poke() {
  if (!poked_.exchange(true)) {
    Post([this] {
      poked_ = false;
      Pump();
    });
  }
}

bool Engine::Offer(std::unique_ptr<plan::PlannedExchange> exchange) {
  spent_.Free();
  const size_t bytes = exchange->counted_bytes = exchange->Bytes();
  if (!queue_.Push(std::move(exchange), bytes)) {
    return false;
  }
  if (hungry_.exchange(false)) {
    Poke();
  }
  return !ending_;
}

void Engine::Advance(TimeNs began_at) {
  plan_through_ = std::max<TimeNs>(plan_through_, began_at);
  Poke();
}

void Engine::EndOfPlan(Status status) {
  {
    const std::lock_guard lock(plan_mutex_);
    plan_status_ = std::move(status);
  }
  plan_over_ = true;
  Poke();
}

Status Engine::Run() {
  start_ = send::SteadyNow();
  committer_ =
      std::make_unique<Committer>(parts_.ledger, [this](uint64_t batch, const Status& status) {
        Post([this, batch, status] { OnCommitted(batch, status); });
      });
  TRY_ASSIGN(const std::vector<ledger::Intent> doubts, parts_.memory.InDoubt());
  for (const ledger::Intent& doubt : doubts) {
    doubts_.emplace(doubt.at, doubt);
  }
  TRY(LoadDead());
  TRY_ASSIGN(const auto counters, parts_.memory.Counters());
  const auto counter = [&](std::string_view name) {
    const auto found = counters.find(std::string(name));
    return found == counters.end() ? 0 : found->second;
  };
  TRY_ASSIGN(const auto passed_over, parts_.memory.AllPassedOver());
  for (const ledger::PassedOver& each : passed_over) {
    passed_over_.insert(each.exchange);
  }
  TRY_ASSIGN(const auto marks, parts_.memory.Marks());
  source_lag_.Recall(counters, marks);
  TRY(RecallPosition(counters));
  outcomes_.Add(counter(OutcomeDigest::kLow), counter(OutcomeDigest::kHigh));
  Post([this] { Pump(); });
  Tick();
  parts_.loop.run();
  KeepReads();
  queue_.Close();
  const Status committed = committer_->Finish();
  TRY(failed_);
  TRY(committed);
  return {};
}

/// Once for all answers that are there: the target, which sleeps when it has nothing to do, is
/// woken for many requests, and what is looked at with each Pump is looked at once.
void Engine::PumpSoon() {
  if (!std::exchange(pump_comes_, true)) {
    Post([this] { Pump(); });
  }
}

void Engine::Pump() {
  pump_comes_ = false;
  if (closed_) {
    return;
  }
  KeepReads();
  FillWindow();
  SendDue();
  FinishIfOver();
}

/// No further than to have enough that may go: what lies in the window for long has left the caches
/// when its turn comes. What waits for others does not count, so that the window is as far ahead as
/// the order needs it.
void Engine::FillWindow() {
  window_.Fill();
  const int64_t now = Now();
  window_.MarkReady(now);
  const size_t enough = std::max(limits::kReadyExchanges, options_.concurrency);
  const auto is_wanting = [&] {
    return (window_.HasRoom() || window_.IsStuck()) && window_.ready() < enough && !stopping_;
  };
  for (; is_wanting(); window_.MarkReady(now)) {
    if (!FetchNext()) {
      return;
    }
    if (!window_.HasRoom()) {
      // When the next one began may be all that is waited for. Else it has to come in.
      if (!coming_.front()->caught_up) {
        window_.Advance(coming_.front()->began_at);
        window_.MarkReady(now);
      }
      if (!window_.IsStuck()) {
        return;
      }
      if (!window_.IsOpen()) {
        window_.GiveUpOrder(now);
        return;
      }
    }
    std::unique_ptr<plan::PlannedExchange> exchange = std::move(coming_.front());
    coming_.pop_front();
    TakeIn(std::move(exchange));
  }
}

/// False: the next one is not there yet, or there is none; the window knows which.
bool Engine::FetchNext() {
  // Read before the queue is: what is pushed later is seen by the poke after it.
  const bool last = plan_over_;
  const TimeNs through = plan_through_;
  if (coming_.empty()) {
    coming_ = queue_.TakeAll();
  }
  if (coming_.empty() && !hungry_.exchange(true)) {
    // Whoever pushed before it was said will not poke.
    coming_ = queue_.TakeAll();
  }
  if (!coming_.empty()) {
    return true;
  }
  taken_through_ = through;
  if (last) {
    window_.Close();
  } else if (through > 0) {
    window_.Advance(through);
  }
  return false;
}

/// Takes up again what waited for a target that is there again. Returns how many parcels wait for
/// one that is not: the others need not share with them.
size_t Engine::UnparkOrCount() {
  size_t waiting = 0;
  for (TargetState& target : targets_) {
    waiting += target.away ? target.moving : 0;
    if (!target.holds()) {
      for (Flight* const flight : std::exchange(target.parked, {})) {
        window_.Unpark(*flight);
      }
    }
  }
  return waiting;
}

void Engine::SendDue() {
  if (paused_ || stopping_ || std::ranges::all_of(targets_, &TargetState::holds)) {
    return;
  }
  const size_t waiting = UnparkOrCount();
  while (moving_ < concurrency_ + waiting && !parts_.results.pressed()) {
    const int64_t now = Now();
    Flight* const flight = window_.Next(now);
    if (flight == nullptr) {
      return;
    }
    const int64_t due = schedule_.Due(flight->place);
    if (due > now) {
      ArmTimer(due);
      return;
    }
    if (TargetState& target = targets_[flight->plan().target]; target.holds()) {
      window_.ParkNext();
      target.parked.push_back(flight);
      continue;
    }
    window_.TakeNext();
    Start(*flight);
  }
}

void Engine::ArmTimer(int64_t due) {
  if (armed_for_ == due) {
    return;
  }
  armed_for_ = due;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(start_ + due)));
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error) {
      armed_for_.reset();
      Pump();
    }
  });
}

/// Says where the run is: to whoever asks in another thread, and to the caller's tick.
void Engine::Publish() {
  const RunProgress progress = Snapshot();
  {
    const std::lock_guard lock(progress_mutex_);
    progress_ = progress;
  }
  if (tick_) {
    tick_(progress);
  }
}

void Engine::Tick() {
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([this](const asio::error_code& error) {
    if (error || closed_) {
      return;
    }
    Publish();
    NotePosition();
    // Whoever was held back by a full disk or a slow one.
    Pump();
    if (!closed_) {
      Tick();
    }
  });
}

/// Everything before the oldest exchange that is held has ended.
void Engine::NotePosition() {
  KeepReads();
  if (std::ranges::any_of(targets_, [](const TargetState& each) { return !each.held.empty(); })) {
    return;  // they may yet have to go again
  }
  const Flight* const oldest = window_.oldest();
  ledger::Position position{.began_at = last_began_, .id = last_id_};
  plan::Tally tally = last_tally_;
  if (oldest != nullptr) {
    position = {.began_at = oldest->plan().began_at, .id = oldest->plan().id};
    tally = oldest->plan().tally;
  }
  // What is sent again because a person wants it does not take the run back.
  if (position.began_at < resumed_at_.value_or(1) || position == position_) {
    return;
  }
  position_ = position;
  committer_->Add(Haste::kWhenever, [&](ledger::Batch& batch) {
    batch.position = position;
    if (counted_) {
      AddTally(batch, {.selected = tally.selected - counted_->selected,
                       .dropped = tally.dropped - counted_->dropped});
      counted_ = tally;
    }
  });
}

void Engine::AddTally(ledger::Batch& batch, const plan::Tally& more) {
  batch.counters.emplace_back(RunCounts::kSelected, static_cast<int64_t>(more.selected));
  batch.counters.emplace_back(RunCounts::kDropped, static_cast<int64_t>(more.dropped));
}

std::optional<plan::Tally> Engine::WholeTally(const std::map<std::string, int64_t>& counters,
                                              const plan::Tally& planned) const {
  if (!counted_) {
    return std::nullopt;
  }
  const auto kept = [&](const char* name) {
    const auto found = counters.find(name);
    return found == counters.end() ? 0 : static_cast<uint64_t>(found->second);
  };
  // What comes after the position is in no counter.
  return plan::Tally{.selected = kept(RunCounts::kSelected) + planned.selected - counted_->selected,
                     .dropped = kept(RunCounts::kDropped) + planned.dropped - counted_->dropped};
}

/// Where the last life of the run had come to, and whether it counted up to there.
Status Engine::RecallPosition(const std::map<std::string, int64_t>& counters) {
  TRY_ASSIGN(const auto position, parts_.memory.ReadPosition({}));
  if (position) {
    resumed_at_ = position->began_at;
    if (!counters.contains(RunCounts::kSelected)) {
      counted_.reset();
    }
  }
  return {};
}

void Engine::KeepMark(const std::string& name, const std::string& value) {
  committer_->Add(Haste::kNow,
                  [&](ledger::Batch& batch) { batch.marks.emplace_back(name, value); });
}

void Engine::FinishIfOver() {
  bool over = stopping_ && moving_ == 0;
  if (!over && plan_over_ && coming_.empty() && window_.empty() && moving_ == 0) {
    // The last push and the end of the plan may have come between.
    over = queue_.closed_and_drained() || queue_.bytes() == 0;
  }
  if (!over || closed_) {
    return;
  }
  closed_ = true;
  ending_ = true;
  {
    const std::lock_guard lock(plan_mutex_);
    if (failed_ && plan_over_) {
      failed_ = plan_status_;
    }
  }
  SettleHeld();
  NotePosition();
  Publish();
  queue_.Close();
  timer_.cancel();
  tick_timer_.cancel();
  stop_timer_.cancel();
  parts_.sender.Close();
  // Nothing that still waits in the loop has anything to say.
  parts_.loop.stop();
}

void Engine::Fail(Error error) {
  if (failed_) {
    failed_ = std::unexpected(std::move(error));
  }
  BeginStop();
}

void Engine::BeginStop() {
  if (!stopping_) {
    stopping_ = true;
    ending_ = true;
    // What is on its way has this long to be answered; then it stays in doubt.
    stop_timer_.expires_after(std::chrono::milliseconds(limits::kStopPatienceMs));
    stop_timer_.async_wait([this](const asio::error_code& error) {
      if (!error) {
        GiveUpMoving();
      }
    });
    AbandonPaused();  // they would only find out when their time comes
  }
  FinishIfOver();
}

}  // namespace trafrec::replay
