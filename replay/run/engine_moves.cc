// One parcel on its way: read what the guard must know, put the intents into the ledger, send,
// judge the answer, and again until each item has its outcome or is given up.

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "replay/guard/settle.h"
#include "replay/run/coding.h"
#include "replay/run/contexts.h"
#include "replay/run/engine.h"
#include "replay/run/flight_items.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

using dialect::Kind;
using guard::Stage;

namespace {

/// Between the pause and half of it, so that those who failed together do not come back together.
int64_t WithJitter(int64_t pause_ms) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return pause_ms / 2 + static_cast<int64_t>(random() % static_cast<uint64_t>(pause_ms / 2 + 1));
}

}  // namespace

void Engine::Start(Flight& flight) {
  std::vector<uint32_t> items = window_.TakeParcel(flight);
  if (!dead_.empty() && BlockDead(flight, items)) {
    return;
  }
  auto move = std::make_shared<Move>();
  move->flight = &flight;
  move->items = std::move(items);
  move->started = Now();
  move->returned = targets_[flight.plan().target].returned;
  move->parcel.request = &flight.plan().request;
  move->parcel.meaning = &flight.plan().meaning;
  move->parcel.source_numbers = SourceNumbersOf(flight);
  for (const uint32_t index : move->items) {
    guard::Item& item = flight.items[index];
    if (const dialect::Key* key = DocumentOf(flight, item); key != nullptr && !item.known) {
      item.known = known_.Find(flight.plan().target, IndexOf(flight, item, *key), item.id);
    }
    move->parcel.items.push_back(std::move(item));
  }
  ++moving_;
  ++targets_[flight.plan().target].moving;
  RefreshFirst(move);
}

guard::SourceNumbers Engine::SourceNumbersOf(const Flight& flight) {
  return [this, &flight](const guard::Item& item, int64_t seq_no,
                         int64_t primary_term) -> std::optional<guard::DocumentState> {
    const dialect::Key* key = DocumentOf(flight, item);
    if (key == nullptr) {
      return std::nullopt;
    }
    const auto written =
        parts_.memory.FindWrite(IndexOf(flight, item, *key), item.id, {seq_no, primary_term});
    if (!written || !*written) {
      return std::nullopt;
    }
    return guard::DocumentState{
        .exists = true, .seq_no = (*written)->seq_no, .primary_term = (*written)->primary_term};
  };
}

/// Lets searches and by-query operations see what was written before them.
void Engine::RefreshFirst(const MovePtr& move) {
  const Flight& flight = *move->flight;
  const Kind kind = flight.plan().meaning.kind;
  const bool by_query = kind == Kind::kByQuery || kind == Kind::kReindex;
  const bool search = kind == Kind::kSearch || kind == Kind::kMultiSearch;
  const bool wanted = (by_query && options_.refresh_before != RefreshBefore::kNever) ||
                      (search && options_.refresh_before == RefreshBefore::kSearch);
  if (!wanted) {
    GoRound(move);
    return;
  }
  ++counts_.refreshes;
  parts_.sender.Send(flight.plan().target, RefreshOf(flight.plan().meaning),
                     [this, move](send::Sent&) {
                       if (move->flight != nullptr) {
                         GoRound(move);
                       }
                     });
}

void Engine::GoRound(const MovePtr& move) {
  if (giving_up_) {
    Abandon(move);
    return;
  }
  if (std::ranges::none_of(move->parcel.items, &guard::Item::open)) {
    Finish(move);
    return;
  }
  if (targets_[move->flight->plan().target].away) {
    AwaitReturn(move);
    return;
  }
  if (move->ready) {
    SendWrite(move, *std::exchange(move->ready, std::nullopt));
    return;
  }
  if (auto reading = parts_.guard.ReadRequest(move->parcel)) {
    Read(move, std::move(*reading));
  } else {
    Write(move);
  }
}

void Engine::Read(const MovePtr& move, message::Request request) {
  ++counts_.readings;
  parts_.sender.Send(
      move->flight->plan().target, std::move(request), [this, move](send::Sent& sent) {
        if (move->flight == nullptr) {
          return;
        }
        if (giving_up_) {
          Abandon(move);
          return;
        }
        if (GivesUpUnsendable(move, sent)) {
          return;
        }
        const TargetState& target = targets_[move->flight->plan().target];
        NoteAnswer(move->flight->plan().target, sent, sent.request.target);
        if (EndsOverWrongTarget(move, sent, true)) {
          return;
        }
        const int status = sent.answer.status;
        const bool answered = sent.answered && status < 500 && status != 429;
        if (target.answered) {
          parts_.guard.TakeReading(move->parcel, *LentReply(sent));
        }
        if (answered && ++move->readings <= limits::kReadingsInARow) {
          move->failed_readings = 0;
          GoRound(move);
          return;
        }
        const bool spent = ++move->failed_readings >= options_.retry.tries && sent.sent;
        if (spent && (WaitsForReturn(move) || EndsOverSilence(move, sent.failure))) {
          return;
        }
        if (spent && move->failed_readings > 0) {
          for (guard::Item& item : move->parcel.items) {
            if (item.open()) {
              guard::GiveUp(item, guard::Cause::kUnreadable,
                            fmt::format("the document could not be looked at: {}",
                                        sent.failure.empty() ? item.why : sent.failure));
            }
          }
        }
        Judge(move, !sent.sent, sent.failure);
      });
}

void Engine::Write(const MovePtr& move) {
  Flight& flight = *move->flight;
  std::vector<guard::Item>& items = move->parcel.items;
  const auto is_spent = [&](const guard::Item& item) {
    return item.open() && item.tries >= options_.retry.tries + move->unsent;
  };
  if (std::ranges::any_of(items, is_spent) && WaitsForReturn(move)) {
    return;
  }
  bool exhausted = false;
  for (guard::Item& item : items) {
    if (is_spent(item)) {
      guard::GiveUp(item,
                    item.stage == Stage::kRetry ? guard::Cause::kBusy : guard::Cause::kUnanswered,
                    fmt::format("given up after {} tries{}{}", item.tries,
                                item.why.empty() ? "" : ": ", item.why));
      exhausted = true;
    }
  }
  if (exhausted) {
    if (!EndsOverSilence(move, items.front().why)) {
      GoRound(move);
    }
    return;
  }
  move->readings = 0;
  move->lent = MayLend(flight) && parts_.guard.WriteAsItIs(move->parcel);
  message::Request request =
      move->lent ? std::move(flight.plan().request) : parts_.guard.WriteRequest(move->parcel);
  MapContexts(
      flight.plan().meaning,
      [this](std::string_view id) -> std::optional<std::string> {
        const auto found = parts_.memory.FindContext(id);
        return found ? *found : std::nullopt;
      },
      request);
  RestoreCoding(flight.plan(), request);
  if (!options_.run_mark.empty()) {
    message::SetField(request.fields, plan::kRunField, options_.run_mark);
  }
  if (flight.plan().mark && parts_.echoes != nullptr) {
    parts_.echoes->Sign(*flight.plan().mark, flight.plan().target, WallClockNow(), request);
  }
  const bool mutation = std::ranges::any_of(
      items, [&](const guard::Item& item) { return OperationOf(flight, item).mutation; });
  if (!mutation) {
    SendWrite(move, std::move(request));
    return;
  }
  move->intended = true;
  move->intent_at = Now();
  const uint64_t batch = committer_->Add(Haste::kNow, [&](ledger::Batch& into) {
    for (const guard::Item& item : items) {
      if (item.open()) {
        into.intents.push_back(
            {.at = AddressOf(flight, item), .tries = item.tries, .condition = ConditionOf(item)});
      }
    }
  });
  waiting_.emplace_back(batch, [this, move, sent = std::move(request)]() mutable {
    move->intended_ns += Now() - move->intent_at;
    move->ready = std::move(sent);
    GoRound(move);
  });
}

void Engine::OnCommitted(uint64_t batch, const Status& status) {
  if (!status) {
    Fail(status.error());
    GiveUpMoving();
  }
  while (!waiting_.empty() && waiting_.front().first <= batch) {
    Work work = std::move(waiting_.front().second);
    waiting_.pop_front();
    work();
  }
  Pump();
}

void Engine::SendWrite(const MovePtr& move, message::Request request) {
  Flight& flight = *move->flight;
  ++counts_.requests;
  counts_.retries += std::exchange(move->went, true) ? 1 : 0;
  ++flight.parts;
  if (flight.result == 0) {
    flight.result = parts_.results.Begin(WallClockNow());
  }
  move->out = true;
  move->engine = this;
  // Small enough that it asks for no memory.
  parts_.sender.Send(flight.plan().target, std::move(request),
                     [move](send::Sent& sent) { move->engine->TakeAnswer(move, sent); });
}

void Engine::TakeAnswer(const MovePtr& move, send::Sent& sent) {
  if (move->flight == nullptr) {
    return;
  }
  move->out = sent.sent && !sent.answered;
  if (giving_up_ && !sent.answered) {
    Abandon(move);
    return;
  }
  Flight& flight = *move->flight;
  if (move->lent) {
    std::swap(flight.plan().request, sent.request);
  }
  if (GivesUpUnsendable(move, sent)) {
    return;
  }
  const message::Request& request = move->lent ? flight.plan().request : sent.request;
  NoteTimes(*move, sent);
  NoteBytes(sent, request);
  NoteAnswer(flight.plan().target, sent, request.target);
  if (EndsOverWrongTarget(move, sent, false) || EndsOverStrangeAnswers(move, sent)) {
    return;
  }
  const int status = sent.answered ? sent.answer.status : 0;
  {
    const LentReply reply(sent);
    if (reply->answer && !flight.plan().context.empty()) {
      LearnContext(flight, *reply->answer);
    }
    parts_.guard.TakeReply(move->parcel, *reply);
  }
  if (EndsOverForbiddenItems(move, sent)) {
    return;
  }
  const auto is_dead = [](const guard::Item& item) { return item.stage == Stage::kDead; };
  if (std::ranges::any_of(move->parcel.items, is_dead) &&
      EndsOverSilence(
          move, sent.answered ? fmt::format("a proxy says {} for it", status) : sent.failure)) {
    return;
  }
  if (sent.sent) {
    flight.last.Take(sent, move->lent);
  }
  // Of a bulk it may have refused some items only.
  const auto is_refused_for_now = [&](const guard::Item& item) {
    return item.stage == Stage::kRetry && OperationOf(flight, item).mutation;
  };
  Throttle(status == 429 || status == 503 ||
           (sent.answered && std::ranges::any_of(move->parcel.items, is_refused_for_now)));
  Judge(move, !sent.sent, sent.failure);
}

/// What to do with what is still open: at once again, later, or never.
void Engine::Judge(const MovePtr& move, bool unsent, const std::string& failure) {
  int64_t pause = 0;
  bool again = false;
  for (guard::Item& item : move->parcel.items) {
    if (!item.open()) {
      continue;
    }
    again = true;
    if (item.stage == Stage::kRetry || unsent || move->failed_readings > 0) {
      const uint32_t round = std::max({item.tries, move->unsent, move->failed_readings, 1U});
      const int64_t backoff =
          std::min(options_.retry.longest_pause_ms,
                   options_.retry.first_pause_ms << std::min<uint32_t>(round - 1, 16));
      pause = std::max({pause, item.retry_after_ms, WithJitter(backoff)});
    }
  }
  if (!again) {
    Finish(move);
    return;
  }
  if (unsent) {
    ++move->unsent;
    if (EndsOverAbsence(move, failure)) {
      return;
    }
  }
  if (pause == 0) {
    GoRound(move);
  } else {
    Later(move, pause);
  }
}

void Engine::Later(const MovePtr& move, int64_t pause_ms) {
  if (stopping_) {
    Abandon(move);
    return;
  }
  move->timer.emplace(parts_.loop);
  move->timer->expires_after(std::chrono::milliseconds(pause_ms));
  paused_moves_.push_back(move);
  move->timer->async_wait([this, move](const asio::error_code& error) {
    if (error || move->flight == nullptr) {
      return;
    }
    std::erase_if(paused_moves_, [&](const auto& each) { return each.lock() == move; });
    if (stopping_) {
      Abandon(move);
    } else {
      GoRound(move);
    }
  });
}

/// A target that is too busy gets less to do: half of it at once, and one more after some answers.
void Engine::Throttle(bool busy) {
  if (busy) {
    ++counts_.throttled;
    concurrency_ = std::max(limits::kConcurrencyLeast, std::min(concurrency_, moving_) / 2);
    answers_since_ = 0;
  } else if (concurrency_ < options_.concurrency &&
             ++answers_since_ >= limits::kAnswersForOneMore) {
    ++concurrency_;
    answers_since_ = 0;
  }
}

}  // namespace trafrec::replay
