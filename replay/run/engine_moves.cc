// One parcel on its way: read what the guard must know, put the intents into the ledger, send,
// judge the answer, and again until each item has its outcome or is given up.

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "replay/run/coding.h"
#include "replay/run/contexts.h"
#include "replay/run/engine.h"
#include "replay/run/limits.h"
#include "store/reader/exchange_id.h"

namespace trafrec::replay {

using dialect::Fate;
using dialect::Kind;
using guard::Stage;

namespace {

ledger::Address AddressOf(const Flight& flight, const guard::Item& item) {
  return {flight.plan.id, flight.plan.meaning.operations[item.operation].item};
}

const dialect::Operation& OperationOf(const Flight& flight, const guard::Item& item) {
  return flight.plan.meaning.operations[item.operation];
}

/// The document that an item is about; null: none.
const dialect::Key* DocumentOf(const Flight& flight, const guard::Item& item) {
  return dialect::FindDocument(OperationOf(flight, item).keys);
}

/// The index of its document: the real one, if the source told what stands behind the request's
/// name, so that what an alias wrote is known to whoever names the index.
std::string_view IndexOf(const Flight& flight, const guard::Item& item, const dialect::Key& key) {
  const bool told = item.source != nullptr && !item.source->index.empty() && !flight.plan.edited;
  return told ? std::string_view(item.source->index) : std::string_view(key.name);
}

/// What it did may have changed documents that it does not name.
bool ChangesUnnamed(Kind kind) {
  return kind == Kind::kByQuery || kind == Kind::kReindex || kind == Kind::kIndexAdmin ||
         kind == Kind::kAdmin || kind == Kind::kUnknown;
}

std::optional<ledger::Condition> ConditionOf(const guard::Item& item) {
  if (!item.condition) {
    return std::nullopt;
  }
  ledger::Condition condition;
  if (item.condition->exists) {
    condition.unchanged_since = {item.condition->seq_no, item.condition->primary_term};
  }
  return condition;
}

std::optional<ledger::SeqNo> SeqNoOf(const dialect::Outcome& outcome) {
  if (!outcome.seq_no || !outcome.primary_term) {
    return std::nullopt;
  }
  return ledger::SeqNo{*outcome.seq_no, *outcome.primary_term};
}

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
  move->parcel.request = &flight.plan.request;
  move->parcel.meaning = &flight.plan.meaning;
  move->parcel.source_numbers = SourceNumbersOf(flight);
  for (const uint32_t index : move->items) {
    guard::Item& item = flight.items[index];
    if (const dialect::Key* key = DocumentOf(flight, item); key != nullptr && !item.known) {
      item.known = known_.Find(flight.plan.target, IndexOf(flight, item, *key), item.id);
    }
    move->parcel.items.push_back(std::move(item));
  }
  ++moving_;
  RefreshFirst(move);
}

/// Takes out those that come after a dead one. True: nothing is left to be sent now.
bool Engine::BlockDead(Flight& flight, std::vector<uint32_t>& items) {
  ledger::Batch blocked;
  bool over = false;
  std::erase_if(items, [&](uint32_t index) {
    guard::Item& item = flight.items[index];
    if (!OperationOf(flight, item).mutation) {
      return false;
    }
    const auto dead = dead_.Blocks(flight.plan.operations[item.operation].order.keys);
    if (!dead) {
      return false;
    }
    item.stage = Stage::kDead;
    item.why = fmt::format("it comes after {}, item {}, which is dead",
                           store::FormatExchangeId(dead->exchange), dead->item);
    PutLetter(flight, item, ledger::State::kBlocked, blocked);
    blocked.letters.back().blocked_by = dead;
    ++counts_.blocked;
    over = window_.End(flight, index);
    return true;
  });
  if (!blocked.letters.empty()) {
    committer_->Add(false, [&](ledger::Batch& batch) {
      std::ranges::move(blocked.letters, std::back_inserter(batch.letters));
    });
  }
  if (over) {
    Complete(flight);
    return true;
  }
  if (items.empty()) {
    window_.PutBack(flight);
    return true;
  }
  return false;
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
  const Kind kind = flight.plan.meaning.kind;
  const bool by_query = kind == Kind::kByQuery || kind == Kind::kReindex;
  const bool search = kind == Kind::kSearch || kind == Kind::kMultiSearch;
  const bool wanted = (by_query && options_.refresh_before != RefreshBefore::kNever) ||
                      (search && options_.refresh_before == RefreshBefore::kSearch);
  if (!wanted) {
    GoRound(move);
    return;
  }
  ++counts_.refreshes;
  parts_.sender.Send(flight.plan.target, RefreshOf(flight.plan.meaning), [this, move](send::Sent&) {
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
  std::vector<guard::Item>& items = move->parcel.items;
  if (std::ranges::none_of(items, &guard::Item::open)) {
    Finish(move);
    return;
  }
  if (auto reading = parts_.guard.ReadRequest(move->parcel)) {
    Read(move, std::move(*reading));
    return;
  }
  if (std::ranges::none_of(items, &guard::Item::open)) {
    Finish(move);
    return;
  }
  Write(move);
}

void Engine::Read(const MovePtr& move, message::Request request) {
  ++counts_.readings;
  parts_.sender.Send(move->flight->plan.target, std::move(request), [this, move](send::Sent& sent) {
    if (move->flight == nullptr) {
      return;
    }
    if (giving_up_) {
      Abandon(move);
      return;
    }
    const guard::Reply reply = ReplyOf(sent);
    const bool answered = reply.answer && reply.answer->status < 500 && reply.answer->status != 429;
    parts_.guard.TakeReading(move->parcel, reply);
    if (answered) {
      move->failed_readings = 0;
      GoRound(move);
      return;
    }
    const uint32_t failures = ++move->failed_readings;
    if (failures >= options_.retry.tries && sent.sent) {
      for (guard::Item& item : move->parcel.items) {
        if (item.open()) {
          item.stage = Stage::kDead;
          item.why = fmt::format("the document could not be looked at: {}",
                                 sent.failure.empty() ? item.why : sent.failure);
        }
      }
    }
    Judge(move, !sent.sent, sent.failure);
  });
}

void Engine::Write(const MovePtr& move) {
  Flight& flight = *move->flight;
  std::vector<guard::Item>& items = move->parcel.items;
  bool exhausted = false;
  for (guard::Item& item : items) {
    if (item.open() && item.tries >= options_.retry.tries + move->unsent) {
      item.stage = Stage::kDead;
      item.why = fmt::format("given up after {} tries{}{}", item.tries,
                             item.why.empty() ? "" : ": ", item.why);
      exhausted = true;
    }
  }
  if (exhausted) {
    GoRound(move);
    return;
  }
  move->readings = 0;
  message::Request request = parts_.guard.WriteRequest(move->parcel);
  MapContexts(
      flight.plan.meaning,
      [this](std::string_view id) -> std::optional<std::string> {
        const auto found = parts_.memory.FindContext(id);
        return found ? *found : std::nullopt;
      },
      request);
  RestoreCoding(flight.plan, request);
  if (!options_.run_mark.empty()) {
    message::SetField(request.fields, "Trafrec-Run", options_.run_mark);
  }
  const bool mutation = std::ranges::any_of(
      items, [&](const guard::Item& item) { return OperationOf(flight, item).mutation; });
  if (!mutation) {
    SendWrite(move, std::move(request));
    return;
  }
  move->intent_at = Now();
  const uint64_t batch = committer_->Add(true, [&](ledger::Batch& into) {
    for (const guard::Item& item : items) {
      if (item.open()) {
        into.intents.push_back(
            {.at = AddressOf(flight, item), .tries = item.tries, .condition = ConditionOf(item)});
      }
    }
  });
  waiting_.emplace_back(batch, [this, move, sent = std::move(request)]() mutable {
    move->intended_ns += Now() - move->intent_at;
    if (giving_up_) {
      Abandon(move);
    } else {
      SendWrite(move, std::move(sent));
    }
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
  ++flight.parts;
  if (flight.result == 0) {
    flight.result = parts_.results.Begin(WallClockNow());
  }
  parts_.sender.Send(flight.plan.target, std::move(request),
                     [this, move](send::Sent& sent) { TakeAnswer(move, sent); });
}

void Engine::TakeAnswer(const MovePtr& move, send::Sent& sent) {
  if (move->flight == nullptr) {
    return;
  }
  if (giving_up_ && !sent.answered) {
    Abandon(move);
    return;
  }
  Flight& flight = *move->flight;
  NoteTimes(*move, sent);
  const guard::Reply reply = ReplyOf(sent);
  const int status = sent.answered ? sent.answer.status : 0;
  if (sent.answered) {
    any_answer_ = true;
    trouble_.clear();
    if (!flight.plan.context.empty()) {
      LearnContext(flight, *reply.answer);
    }
  }
  parts_.guard.TakeReply(move->parcel, reply);
  if (sent.sent) {
    flight.last.Take(sent);
  }
  if (status == 401 && flight.plan.source_status != 401) {
    Fail({ErrorCode::kUsage,
          fmt::format("the target answers 401 to {} {}, which the source did not: it asks for "
                      "credentials",
                      flight.plan.request.method, flight.plan.request.target),
          "--auth, or credentials of the target in the file of edits"});
    Abandon(move);
    return;
  }
  Throttle(status == 429 || status == 503);
  Judge(move, !sent.sent, sent.failure);
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
  const int64_t due = schedule_.Due(flight.place);
  const int64_t lag = std::max<int64_t>(0, sent.timing.first_written - start_ - due);
  times_.lag.Add(lag);
  flight.lag_ns = lag;
  LateBy late{.order_ns = std::max<int64_t>(0, flight.ready_at - due),
              .concurrency_ns = std::max<int64_t>(0, move.started - std::max(due, flight.ready_at)),
              .connections_ns = sent.timing.exhausted_ns,
              .ledger_ns = move.intended_ns};
  late.own_ns = std::max<int64_t>(
      0, lag - late.order_ns - late.concurrency_ns - late.connections_ns - late.ledger_ns);
  counts_.late.Add(late);
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
  ++counts_.retries;
  if (unsent) {
    ++move->unsent;
    if (!any_answer_) {
      // The first thing that was sent at all: a wrong URL, not a target that is down for a while.
      Fail({ErrorCode::kIo, failure, "is it the right URL, and does it run?"});
      Abandon(move);
      return;
    }
    if (trouble_.empty()) {
      trouble_since_ = Now();
    }
    trouble_ = failure;
    if (Now() - trouble_since_ > options_.patience_ns) {
      Fail({ErrorCode::kIo,
            fmt::format("the target was away for {} s: {}", options_.patience_ns / kNsPerSecond,
                        failure),
            "start it again, then: trafrec replay LOG --run RUN --resume"});
      Abandon(move);
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

/// Every item of it is done or dead.
void Engine::Finish(const MovePtr& move) {
  Flight& flight = *move->flight;
  move->flight = nullptr;
  --moving_;
  ledger::Batch settled;
  for (size_t i = 0; i < move->items.size(); ++i) {
    guard::Item& item = flight.items[move->items[i]];
    item = std::move(move->parcel.items[i]);
    Settle(flight, item, settled);
  }
  if (!settled.outcomes.empty()) {
    OutcomeDigest digest;
    for (const ledger::Outcome& outcome : settled.outcomes) {
      digest.Add(outcome);
    }
    outcomes_.Add(digest.low(), digest.high());
    settled.counters = {{std::string(OutcomeDigest::kLow), digest.low()},
                        {std::string(OutcomeDigest::kHigh), digest.high()}};
  }
  if (!settled.empty()) {
    // Before what waits for them is intended: a batch holds it all in this order.
    committer_->Add(false, [&](ledger::Batch& batch) {
      std::ranges::move(settled.outcomes, std::back_inserter(batch.outcomes));
      std::ranges::move(settled.letters, std::back_inserter(batch.letters));
      std::ranges::move(settled.documents, std::back_inserter(batch.documents));
      for (const auto& [name, more] : settled.counters) {
        const auto sum =
            std::ranges::find(batch.counters, name, &std::pair<std::string, int64_t>::first);
        if (sum == batch.counters.end()) {
          batch.counters.emplace_back(name, more);
        } else {
          sum->second += more;
        }
      }
    });
  }
  bool over = false;
  for (const uint32_t index : move->items) {
    over = window_.End(flight, index);
  }
  if (over) {
    Complete(flight);
  } else {
    window_.PutBack(flight);
  }
  Pump();
}

/// What its last answer says of the document, for the next write; nothing if that is in doubt.
void Engine::KeepKnown(const Flight& flight, const guard::Item& item) {
  if (ChangesUnnamed(OperationOf(flight, item).kind)) {
    known_.Clear();
    return;
  }
  if (const dialect::Key* key = DocumentOf(flight, item)) {
    const bool sure = item.stage == Stage::kDone;
    known_.Put(flight.plan.target, IndexOf(flight, item, *key), item.id,
               sure ? item.known : std::nullopt);
  }
}

void Engine::Settle(Flight& flight, guard::Item& item, ledger::Batch& batch) {
  const dialect::Operation& operation = OperationOf(flight, item);
  if (operation.mutation) {
    KeepKnown(flight, item);
  }
  if (item.stage == Stage::kDead) {
    if (!operation.mutation) {
      ++counts_.unanswered_reads;
      return;
    }
    ++counts_.dead;
    PutLetter(flight, item, ledger::State::kDead, batch);
    if (options_.on_dead == OnDead::kStopKey) {
      dead_.Add(flight.plan.operations[item.operation].order.keys, AddressOf(flight, item));
    } else if (options_.on_dead == OnDead::kStop) {
      Fail({ErrorCode::kIo,
            fmt::format("{}, item {}, is dead: {}", store::FormatExchangeId(flight.plan.id),
                        operation.item, item.why),
            "look at it with trafrec dlq show RUN ID, then go on with --resume"});
    }
    return;
  }
  ++counts_.answered;
  const bool known = item.source != nullptr;
  const bool same = known && item.source->fate == item.result.fate;
  counts_.as_source += same ? 1 : 0;
  counts_.otherwise += known && !same ? 1 : 0;
  counts_.unlike += known ? 0 : 1;
  if (!operation.mutation) {
    return;
  }
  ++counts_.mutations;
  counts_.by_reading += item.why.empty() ? 0 : 1;
  batch.outcomes.push_back({.at = AddressOf(flight, item),
                            .tries = item.tries,
                            .status = item.result.status,
                            .fate = std::string(NameOf(item.result.fate)),
                            .as_source = same,
                            .result = flight.result,
                            .why = item.why});
  const dialect::Key* key = DocumentOf(flight, item);
  if (key == nullptr) {
    return;
  }
  ledger::Document document;
  document.index = IndexOf(flight, item, *key);
  document.id = item.id;
  document.source = known ? SeqNoOf(*item.source) : std::nullopt;
  if (item.known && item.known->exists) {
    document.target = ledger::SeqNo{item.known->seq_no, item.known->primary_term};
  }
  parts_.memory.Remember(document);
  batch.documents.push_back(std::move(document));
}

void Engine::PutLetter(const Flight& flight, const guard::Item& item, ledger::State state,
                       ledger::Batch& batch) {
  const dialect::Key* key = DocumentOf(flight, item);
  ledger::Letter letter{.at = AddressOf(flight, item),
                        .state = state,
                        .reason = state == ledger::State::kBlocked ? "blocked"
                                  : item.doubted                   ? "undecidable"
                                  : item.tries > 0                 ? "refused"
                                                                   : "unsendable",
                        .why = item.why,
                        .tries = item.tries,
                        .status = item.result.status,
                        .method = flight.plan.request.method,
                        .target = flight.plan.request.target,
                        .id = item.id,
                        .began_at = flight.plan.began_at,
                        .given_up_at = WallClockNow(),
                        .condition = ConditionOf(item)};
  if (item.source != nullptr) {
    letter.source_fate = NameOf(item.source->fate);
  }
  if (key != nullptr) {
    letter.index = key->name;
  }
  batch.letters.push_back(std::move(letter));
}

/// Every item of the flight is over: its answer goes into the run's log.
void Engine::Complete(Flight& flight) {
  ++counts_.exchanges;
  counts_.split += flight.parts > 1 && flight.plan.meaning.kind == Kind::kBulk ? 1 : 0;
  if (flight.result != 0) {
    PutResult(flight);
  } else {
    ++counts_.without_result;
  }
  if (!flight.plan.meaning.mutation) {
    const store::ExchangeId id = flight.plan.id;
    committer_->Add(false, [&](ledger::Batch& batch) { batch.done.push_back(id); });
  }
  window_.Remove(flight);
}

void Engine::PutResult(Flight& flight) {
  LastSent& last = flight.last;
  const auto is_done = [](const guard::Item& item) { return item.stage == Stage::kDone; };
  const bool answered = last.answer.has_value() && std::ranges::any_of(flight.items, is_done);
  SentExchange sent{.number = flight.result,
                    .request = &flight.plan.request,
                    .head = last.head,
                    .interim = &last.interim,
                    .timing = last.timing,
                    .connection = last.connection,
                    .began_at = last.began_at != 0 ? last.began_at : WallClockNow()};
  message::Answer whole;
  const bool by_reading = std::ranges::any_of(
      flight.items, [&](const guard::Item& item) { return is_done(item) && !item.why.empty(); });
  if (answered && (flight.plan.meaning.kind == Kind::kBulk || by_reading)) {
    whole = parts_.guard.Assemble(flight.plan.meaning, flight.items, *last.answer);
    sent.assembled = flight.parts > 1;
    sent.answer = &whole;
  } else if (answered) {
    sent.answer = &*last.answer;
  }
  parts_.results.Put(sent);
}

/// The target's context for one of the source's.
void Engine::LearnContext(const Flight& flight, const message::Answer& answer) {
  std::vector<dialect::HeaderView> headers;
  for (const message::Field& field : answer.fields) {
    headers.push_back({field.name, field.value});
  }
  const dialect::Answer read =
      parts_.dialect.ReadAnswer(flight.plan.meaning, {answer.status, headers, answer.body});
  if (read.context.empty()) {
    return;
  }
  const ledger::Context context{flight.plan.context, read.context};
  parts_.memory.Remember(context);
  committer_->Add(false, [&](ledger::Batch& batch) { batch.contexts.push_back(context); });
}

/// The run ends before it is settled: what the ledger says of it stays.
void Engine::Abandon(const MovePtr& move) {
  if (move->flight == nullptr) {
    return;
  }
  move->flight = nullptr;
  --moving_;
  FinishIfOver();
}

}  // namespace trafrec::replay
