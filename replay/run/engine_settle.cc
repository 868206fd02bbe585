// What becomes of an operation once it is settled: outcomes and letters go to the ledger, what
// waited for it may go, and the exchange's answer is put into the run's log.

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "replay/edit/views.h"
#include "replay/guard/settle.h"
#include "replay/recorded/message_head.h"
#include "replay/run/engine.h"
#include "replay/run/flight_items.h"
#include "replay/run/index_changes.h"
#include "store/reader/exchange_id.h"

namespace trafrec::replay {

using dialect::Kind;
using guard::Stage;

namespace {

/// What it did may have changed documents that it does not name.
bool ChangesUnnamed(Kind kind) {
  return kind == Kind::kByQuery || kind == Kind::kReindex || kind == Kind::kIndexAdmin ||
         kind == Kind::kAdmin || kind == Kind::kUnknown;
}

std::optional<ledger::SeqNo> SeqNoOf(const dialect::Outcome& outcome) {
  if (!outcome.seq_no || !outcome.primary_term) {
    return std::nullopt;
  }
  return ledger::SeqNo{*outcome.seq_no, *outcome.primary_term};
}

void AddTo(ledger::Batch& batch, std::string_view name, int64_t more) {
  const auto sum = std::ranges::find(batch.counters, name, &std::pair<std::string, int64_t>::first);
  if (sum == batch.counters.end()) {
    batch.counters.emplace_back(name, more);
  } else {
    sum->second += more;
  }
}

}  // namespace

/// Takes out those that come after a dead one. True: nothing is left to be sent now.
bool Engine::BlockDead(Flight& flight, std::vector<uint32_t>& items) {
  ledger::Batch blocked;
  bool over = false;
  std::erase_if(items, [&](uint32_t index) {
    guard::Item& item = flight.items[index];
    if (!OperationOf(flight, item).mutation) {
      return false;
    }
    const auto dead = dead_.Blocks(TouchedBy(flight, item));
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
    committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) {
      std::ranges::move(blocked.letters, std::back_inserter(batch.letters));
    });
  }
  if (over) {
    Complete(flight);
  } else if (items.empty()) {
    window_.PutBack(flight);
  }
  return over || items.empty();
}

/// Every item of it is done or dead.
void Engine::Finish(const MovePtr& move) {
  Flight& flight = *move->flight;
  move->flight = nullptr;
  EndMove(flight);
  ledger::Batch& settled = settled_;
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
    AddTo(settled, OutcomeDigest::kLow, digest.low());
    AddTo(settled, OutcomeDigest::kHigh, digest.high());
  }
  TargetState& target = targets_[flight.plan().target];
  if (move->strange && !target.familiar) {
    target.held.push_back(std::exchange(settled, {}));
  } else if (!settled.empty()) {
    Keep(std::exchange(settled, {}));
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
  PumpSoon();
}

/// Before what waits for them is intended: a batch holds it all in this order.
void Engine::Keep(ledger::Batch settled) {
  committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) {
    std::ranges::move(settled.outcomes, std::back_inserter(batch.outcomes));
    std::ranges::move(settled.letters, std::back_inserter(batch.letters));
    std::ranges::move(settled.documents, std::back_inserter(batch.documents));
    std::ranges::move(settled.marks, std::back_inserter(batch.marks));
    for (const auto& [index, change] : settled.changes) {
      batch.changes[index].Add(change);
    }
    for (const auto& [name, more] : settled.counters) {
      AddTo(batch, name, more);
    }
  });
}

/// Of all that are over since the last time; nobody waits for it.
void Engine::KeepReads() {
  if (reads_over_.empty()) {
    return;
  }
  // A read that is forgotten is asked again, which harms nothing.
  committer_->Add(Haste::kWhenever, [this](ledger::Batch& batch) {
    std::ranges::move(reads_over_, std::back_inserter(batch.done));
    AddTo(batch, RunCounts::kReads, operations_read_);
  });
  reads_over_.clear();
  operations_read_ = 0;
}

void Engine::EndMove(const Flight& flight) {
  --moving_;
  --targets_[flight.plan().target].moving;
}

/// The run ends before it is settled.
void Engine::Abandon(const MovePtr& move) {
  if (move->flight == nullptr) {
    return;
  }
  const Flight& flight = *std::exchange(move->flight, nullptr);
  EndMove(flight);
  Withdraw(flight, *move);
  FinishIfOver();
}

/// What was not carried out for sure, because nothing of it was sent or the target answered that it
/// did not, is intended no more: --resume sends it as if for the first time. What may have been
/// stays in doubt; so does what a copy before that one may have done.
void Engine::Withdraw(const Flight& flight, const Move& move) {
  if (!move.intended || move.out) {
    return;
  }
  committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) {
    for (const guard::Item& item : move.parcel.items) {
      const bool undone =
          item.stage == Stage::kFresh || item.stage == Stage::kRetry || item.forbidden();
      if (undone && !item.doubted && OperationOf(flight, item).mutation) {
        batch.withdrawn.push_back(AddressOf(flight, item));
      }
    }
  });
}

/// What its last answer says of the document, for the next write; nothing if that is in doubt.
void Engine::KeepKnown(const Flight& flight, const guard::Item& item) {
  if (ChangesUnnamed(OperationOf(flight, item).kind)) {
    known_.Clear();
    return;
  }
  if (guard::TouchesNothing(item)) {
    return;  // it does not wait for others: what it knew may be older than what is known now
  }
  if (const dialect::Key* key = DocumentOf(flight, item)) {
    const bool sure = item.stage == Stage::kDone;
    known_.Put(flight.plan().target, IndexOf(flight, item, *key), item.id,
               sure ? item.known : std::nullopt);
  }
}

void Engine::Settle(Flight& flight, guard::Item& item, ledger::Batch& batch) {
  const dialect::Operation& operation = OperationOf(flight, item);
  if (operation.mutation) {
    KeepKnown(flight, item);
    NoteIndexChanges(flight, item, parts_.dialect, parts_.target_names[flight.plan().target],
                     batch.changes);
  }
  if (item.stage == Stage::kDead) {
    if (!operation.mutation) {
      ++counts_.unanswered_reads;
      return;
    }
    ++counts_.dead;
    PutLetter(flight, item, ledger::State::kDead, batch);
    if (options_.on_dead == OnDead::kContinue) {
      batch.marks.emplace_back(ledger::kPassedMark, "yes");
    } else if (options_.on_dead == OnDead::kStopKey) {
      dead_.Add(TouchedBy(flight, item), AddressOf(flight, item));
    } else if (options_.on_dead == OnDead::kStop) {
      Fail({ErrorCode::kIo,
            fmt::format("{}, item {}, is dead: {}", store::FormatExchangeId(flight.plan().id),
                        operation.item, item.why),
            "look at it: trafrec dlq list RUN; trafrec replay LOG --run RUN --resume goes on "
            "and holds back what writes to the same until trafrec dlq redrive RUN"});
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
  if (RefusedHereAlone(item)) {
    AddTo(batch, RunCounts::kRefused, 1);
  }
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

/// No HTTP request can be made of what the log or an edit has: another try would go the same way.
bool Engine::GivesUpUnsendable(const MovePtr& move, const send::Sent& sent) {
  if (sent.kind != send::Failure::kUnsendable) {
    return false;
  }
  for (guard::Item& item : move->parcel.items) {
    if (item.open()) {
      guard::GiveUp(item, guard::Cause::kUnsendable, sent.failure);
    }
  }
  Finish(move);
  return true;
}

void Engine::PutLetter(const Flight& flight, const guard::Item& item, ledger::State state,
                       ledger::Batch& batch) {
  const dialect::Key* key = DocumentOf(flight, item);
  ledger::Letter letter{.at = AddressOf(flight, item),
                        .state = state,
                        .reason = state == ledger::State::kBlocked ? "blocked" : NameOf(item.cause),
                        .why = item.why,
                        .tries = item.tries,
                        .status = item.result.status,
                        .method = flight.plan().request.method,
                        .target = flight.plan().request.target,
                        .id = item.id,
                        .began_at = flight.plan().began_at,
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
  counts_.split += flight.parts > 1 && flight.plan().meaning.kind == Kind::kBulk ? 1 : 0;
  if (flight.result != 0) {
    PutResult(flight);
  } else {
    ++counts_.without_result;
  }
  if (!flight.plan().meaning.mutation) {
    reads_over_.push_back(flight.plan().id);
    operations_read_ += static_cast<int64_t>(flight.items.size());
  }
  if (flight.plan().mark) {
    committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) { NoteEcho(flight, batch); });
  }
  if (flight.plan().caught_up) {
    NoteCaughtUp(flight.plan());
  }
  const size_t bytes = flight.bytes;
  spent_.Put(window_.Remove(flight), bytes);
}

/// What its row in the run's log says of the source's exchange.
store::ResultLink Engine::LinkOf(const Flight& flight) const {
  store::ResultLink link;
  link.source_recorder = flight.plan().id.recorder;
  link.source_attempt = flight.plan().id.attempt;
  link.source_exchange = flight.plan().id.number;
  const bool some = flight.items.size() < flight.plan().operations.size();
  if (some) {
    // A span from the first to the last one that was sent.
    link.first_item = OperationOf(flight, flight.items.front()).item;
    link.items = OperationOf(flight, flight.items.back()).item - link.first_item + 1;
  }
  for (const guard::Item& item : flight.items) {
    link.tries = std::max(link.tries, item.tries);
  }
  link.parts = std::max(flight.parts, 1U);
  link.target = parts_.target_names[flight.plan().target];
  link.lag_ns = flight.lag_ns;
  std::tie(link.wait, link.wait_ns) = LongestOf(flight.late);
  const guard::Item& first = flight.items.front();
  if (flight.items.size() == 1) {
    link.source_outcome = first.source != nullptr ? NameOf(first.source->fate) : "";
    link.target_outcome = first.stage == Stage::kDone ? NameOf(first.result.fate) : "dead";
  }
  return link;
}

void Engine::PutResult(Flight& flight) {
  LastSent& last = flight.last;
  const auto is_done = [](const guard::Item& item) { return item.stage == Stage::kDone; };
  const bool answered = last.answered && std::ranges::any_of(flight.items, is_done);
  const bool in_parts = flight.parts > 1 && flight.plan().meaning.kind == Kind::kBulk;
  if (in_parts) {
    // Each part had its own body; the whole stands for them all.
    last.request.body = flight.plan().request.body;
    last.head = recorded::HeadForBody(last.head, last.request.body.size());
  }
  SentExchange sent{.number = flight.result,
                    .request = &flight.request(),
                    .head = last.head,
                    .interim = &last.interim,
                    .timing = last.timing,
                    .connection = last.connection,
                    .began_at = last.began_at != 0 ? last.began_at : WallClockNow()};
  sent.link = LinkOf(flight);
  const std::optional<store::SentinelRecord> echo = EchoOf(flight);
  sent.sentinel = echo ? &*echo : nullptr;
  message::Answer whole;
  const bool by_reading = std::ranges::any_of(
      flight.items, [&](const guard::Item& item) { return is_done(item) && !item.why.empty(); });
  if (answered && (flight.plan().meaning.kind == Kind::kBulk || by_reading)) {
    whole = parts_.guard.Assemble(flight.plan().meaning, flight.items, last.answer);
    sent.assembled = in_parts || by_reading;
    sent.answer = &whole;
  } else if (answered) {
    sent.answer = &last.answer;
  }
  parts_.results.Put(std::move(sent));
}

/// The target's context for one of the source's.
void Engine::LearnContext(const Flight& flight, const message::Answer& answer) {
  const auto headers = edit::HeaderViews(answer.fields);
  const dialect::Answer read =
      parts_.dialect.ReadAnswer(flight.plan().meaning, {answer.status, headers, answer.body});
  if (read.context.empty()) {
    return;
  }
  const ledger::Context context{flight.plan().context, read.context};
  parts_.memory.Remember(context);
  committer_->Add(Haste::kSoon, [&](ledger::Batch& batch) { batch.contexts.push_back(context); });
}

}  // namespace trafrec::replay
