// The loop: what is held, what may go, and when.
//
// Every change (an answer, a commit, an exchange from the planner, a timer) ends in Pump, which
// fills the window, sends what is due, and sets the timer to the next due time. Due times come from
// an absolute schedule, so a late answer delays only those that wait for it.

#include "replay/run/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/post.hpp>
#include <chrono>
#include <limits>

#include "base/check.h"
#include "replay/run/limits.h"
#include "store/reader/exchange_id.h"

namespace trafrec::replay {

namespace {

constexpr auto kTick = std::chrono::milliseconds(200);

int64_t SteadyNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Engine::Engine(const EngineParts& parts, EngineOptions options)
    : parts_(parts),
      options_(std::move(options)),
      queue_(limits::kQueuedExchanges, limits::kQueuedBytes),
      window_(options_.window, limits::kHeldBytes, options_.clock_error_ns),
      schedule_(options_.speed, options_.idle_max_ns),
      timer_(parts.loop),
      tick_timer_(parts.loop),
      stop_timer_(parts.loop),
      work_(asio::make_work_guard(parts.loop)),
      concurrency_(options_.concurrency) {}

Engine::~Engine() { queue_.Close(); }

int64_t Engine::Now() const { return SteadyNow() - start_; }

void Engine::Post(Work work) { asio::post(parts_.loop, std::move(work)); }

void Engine::Poke() {
  if (!poked_.exchange(true)) {
    Post([this] {
      poked_ = false;
      Pump();
    });
  }
}

bool Engine::Offer(plan::PlannedExchange exchange) {
  const size_t bytes = exchange.Bytes();
  if (!queue_.Push(std::make_unique<plan::PlannedExchange>(std::move(exchange)), bytes)) {
    return false;
  }
  Poke();
  return !ending_;
}

void Engine::Advance(TimeNs began_at) {
  {
    const std::lock_guard lock(plan_mutex_);
    plan_through_ = std::max(plan_through_, began_at);
  }
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
  start_ = SteadyNow();
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
  outcomes_.Add(counter(OutcomeDigest::kLow), counter(OutcomeDigest::kHigh));
  Post([this] { Pump(); });
  Tick();
  parts_.loop.run();
  queue_.Close();
  const Status committed = committer_->Finish();
  TRY(failed_);
  TRY(committed);
  return {};
}

/// Those that an earlier life of the run left.
Status Engine::LoadDead() {
  ledger::LetterQuery query{.states = {ledger::State::kDead}};
  while (true) {
    TRY_ASSIGN(const std::vector<ledger::Letter> letters, parts_.memory.Letters(query));
    for (const ledger::Letter& letter : letters) {
      if (options_.on_dead == OnDead::kStopKey) {
        dead_.Add(KeysOf(letter), letter.at);
      }
    }
    if (letters.empty()) {
      return {};
    }
    query.after = letters.back();
  }
}

std::vector<dialect::Key> Engine::KeysOf(const ledger::Letter& letter) const {
  if (!letter.index.empty() && !letter.id.empty()) {
    return {
        {.scope = dialect::Scope::kDocument, .write = true, .name = letter.index, .id = letter.id}};
  }
  const dialect::Meaning meaning = parts_.dialect.Understand(
      {.method = letter.method, .target = letter.target, .headers = {}, .body = {}});
  std::vector<dialect::Key> keys;
  for (const dialect::Operation& operation : meaning.operations) {
    keys.insert(keys.end(), operation.keys.begin(), operation.keys.end());
  }
  return keys;
}

void Engine::Pump() {
  if (closed_) {
    return;
  }
  FillWindow();
  SendDue();
  FinishIfOver();
}

void Engine::FillWindow() {
  window_.Fill();
  while (window_.HasRoom() && !stopping_) {
    // Read before the queue is: what is pushed later is seen by the poke after it.
    const bool last = plan_over_;
    auto exchange = queue_.PopFor(std::chrono::milliseconds(0));
    if (!exchange) {
      const std::lock_guard lock(plan_mutex_);
      if (last) {
        window_.Close();
      } else if (plan_through_ > 0) {
        window_.Advance(plan_through_);
      }
      return;
    }
    TakeIn(std::move(**exchange));
  }
}

void Engine::TakeIn(plan::PlannedExchange exchange) {
  last_began_ = exchange.began_at;
  last_id_ = exchange.id;
  auto flight = std::make_unique<Flight>();
  flight->plan = std::move(exchange);
  flight->place = schedule_.Add(flight->plan.began_at);
  if (seek_to_ && flight->plan.began_at >= *seek_to_) {
    schedule_.Seek(flight->place, Now());
    seek_to_.reset();
  }
  if (const Status made = MakeItems(*flight); !made) {
    Fail(made.error());
    return;
  }
  if (!flight->items.empty()) {
    window_.Add(std::move(flight));
  }
}

Status Engine::MakeItems(Flight& flight) {
  const plan::PlannedExchange& plan = flight.plan;
  std::vector<std::pair<uint32_t, ledger::State>> states;
  if (options_.resumed) {
    TRY_ASSIGN(states, parts_.memory.StatesOf(plan.id));
    TRY_ASSIGN(const bool done, parts_.memory.IsDone(plan.id));
    if (done) {
      counts_.earlier += plan.operations.size();
      return {};
    }
  }
  for (uint32_t i = 0; i < plan.operations.size(); ++i) {
    const plan::PlannedOperation& planned = plan.operations[i];
    if (planned.omission != plan::Omission::kNone) {
      continue;
    }
    const dialect::Operation& operation = plan.meaning.operations[i];
    guard::Item item{
        .operation = i, .source = planned.source ? &*planned.source : nullptr, .id = planned.id};
    if (item.id.empty() && operation.writing.automatic_id) {
      // Nobody saw the one that the source gave. One of our own makes a resend harmless.
      item.id = fmt::format("{}-{}", store::FormatExchangeId(plan.id), operation.item);
    }
    const auto state =
        std::ranges::find(states, operation.item, &std::pair<uint32_t, ledger::State>::first);
    if (state != states.end()) {
      if (state->second != ledger::State::kIntended && state->second != ledger::State::kRedriven) {
        ++counts_.earlier;
        continue;
      }
      const auto doubt = doubts_.find({plan.id, operation.item});
      if (doubt != doubts_.end()) {
        ResumeDoubt(doubt->second, item);
      }
    }
    flight.items.push_back(std::move(item));
  }
  return {};
}

/// A copy of it went out in an earlier life of the run, and nobody knows what became of it.
void Engine::ResumeDoubt(const ledger::Intent& intent, guard::Item& item) {
  item.stage = guard::Stage::kInDoubt;
  item.tries = 0;
  item.doubted = true;
  if (intent.condition) {
    guard::DocumentState condition;
    if (intent.condition->unchanged_since) {
      condition.exists = true;
      condition.seq_no = intent.condition->unchanged_since->seq_no;
      condition.primary_term = intent.condition->unchanged_since->primary_term;
    }
    item.condition = condition;
  }
}

void Engine::SendDue() {
  if (paused_ || stopping_) {
    return;
  }
  while (moving_ < concurrency_ && !parts_.results.pressed()) {
    Flight* const flight = window_.Next();
    if (flight == nullptr) {
      return;
    }
    const int64_t due = schedule_.Due(flight->place);
    const int64_t now = Now();
    if (due > now) {
      ArmTimer(due);
      return;
    }
    window_.TakeNext();
    if (flight->ready_at == 0) {
      flight->ready_at = now;
    }
    Start(*flight);
  }
}

void Engine::ArmTimer(int64_t due) {
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(start_ + due)));
  timer_.async_wait([this](const asio::error_code& error) {
    if (!error) {
      Pump();
    }
  });
}

void Engine::Tick() {
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([this](const asio::error_code& error) {
    if (error || closed_) {
      return;
    }
    const RunProgress progress = Snapshot();
    {
      const std::lock_guard lock(progress_mutex_);
      progress_ = progress;
    }
    if (tick_) {
      tick_(progress);
    }
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
  const Flight* const oldest = window_.oldest();
  ledger::Position position{.began_at = last_began_, .id = last_id_};
  if (oldest != nullptr) {
    position = {.began_at = oldest->plan.began_at, .id = oldest->plan.id};
  }
  if (position.began_at == 0 || position == position_) {
    return;
  }
  position_ = position;
  committer_->Add(false, [&](ledger::Batch& batch) { batch.position = position; });
}

void Engine::FinishIfOver() {
  bool over = stopping_ && moving_ == 0;
  if (!over && plan_over_ && window_.empty() && moving_ == 0) {
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
  NotePosition();
  {
    const std::lock_guard lock(progress_mutex_);
    progress_ = Snapshot();
  }
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
  }
  FinishIfOver();
}

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
  for (const std::weak_ptr<Move>& each : std::exchange(paused_moves_, {})) {
    if (const MovePtr move = each.lock()) {
      move->timer->cancel();
      Abandon(move);
    }
  }
  for (auto& [batch, work] : std::exchange(waiting_, {})) {
    work();  // which sees that nothing is sent any more
  }
  FinishIfOver();
}

void Engine::Pause(bool paused) {
  Post([this, paused] {
    if (paused == paused_) {
      return;
    }
    paused_ = paused;
    if (paused) {
      paused_at_ = Now();
    } else {
      schedule_.Delay(Now() - paused_at_);
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
      if (flight->plan.began_at >= began_at) {
        schedule_.Seek(flight->place, Now());
        Pump();
        return;
      }
    }
    // Not read yet: what is there goes at once, and so does what comes until then.
    seek_to_ = began_at;
    schedule_.Seek({.source_ns = std::numeric_limits<int64_t>::max() / 2,
                    .count = std::numeric_limits<uint64_t>::max() / 2},
                   Now());
    Pump();
  });
}

RunProgress Engine::progress() const {
  const std::lock_guard lock(progress_mutex_);
  return progress_;
}

RunProgress Engine::Snapshot() const {
  RunProgress progress{.counts = counts_,
                       .times = times_,
                       .held = window_.held(),
                       .moving = moving_,
                       .concurrency = concurrency_,
                       .source_time = last_began_,
                       .paused = paused_,
                       .speed = pace::FormatSpeed(schedule_.speed()),
                       .trouble = trouble_};
  for (const auto& flight : window_.flights()) {
    if (progress.source_time == last_began_) {
      progress.source_time = flight->plan.began_at;
    }
    if (!flight->moving && schedule_.speed().kind != pace::Speed::Kind::kMax) {
      progress.behind_ns = std::max<int64_t>(0, Now() - schedule_.Due(flight->place));
      break;
    }
  }
  return progress;
}

}  // namespace trafrec::replay
