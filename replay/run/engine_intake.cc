// What comes in: exchanges from the planner, and what an earlier life of the run left in the
// ledger.

#include <fmt/format.h>

#include <algorithm>

#include "replay/run/engine.h"
#include "store/reader/exchange_id.h"

namespace trafrec::replay {

/// Those that an earlier life of the run left.
Status Engine::LoadDead() {
  ledger::LetterQuery query{.states = {ledger::State::kDead}};
  while (true) {
    TRY_ASSIGN(const std::vector<ledger::Letter> letters, parts_.memory.Letters(query));
    for (const ledger::Letter& letter : letters) {
      if (options_.on_dead != OnDead::kContinue) {
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

void Engine::TakeIn(std::unique_ptr<plan::PlannedExchange> exchange) {
  NotePassedOver(*exchange);
  if (exchange->began_at >= last_began_ && !exchange->caught_up) {
    last_began_ = exchange->began_at;
    last_id_ = exchange->id;
    last_tally_ = exchange->tally;
  }
  ++taken_;
  Flight& flight = window_.Begin(std::move(exchange));
  flight.place = schedule_.Add(flight.plan().began_at);
  if (seek_to_ && flight.plan().began_at >= *seek_to_) {
    schedule_.Seek(flight.place, flight.plan().began_at - *seek_to_, Now());
    seek_to_.reset();
  }
  if (const Status made = MakeItems(flight); !made) {
    Fail(made.error());
    return;
  }
  if (!flight.items.empty()) {
    window_.Add(flight);
  } else if (flight.plan().caught_up) {
    NoteCaughtUp(flight.plan());
  }
}

/// Before anything that comes after it can move the position beyond it.
void Engine::NotePassedOver(const plan::PlannedExchange& exchange) {
  ledger::PassedOver passed{.exchange = exchange.id, .began_at = exchange.began_at};
  for (size_t i = 0; i < exchange.operations.size(); ++i) {
    if (exchange.operations[i].omission == plan::Omission::kPassedOver) {
      passed.items.push_back(exchange.meaning.operations[i].item);
    }
  }
  if (passed.items.empty()) {
    return;
  }
  if (passed.items.size() == exchange.operations.size()) {
    passed.items.clear();
  }
  passed_over_.insert(exchange.id);
  committer_->Add(Haste::kWhenever,
                  [&](ledger::Batch& batch) { batch.passed_over.push_back(passed); });
}

void Engine::NoteCaughtUp(const plan::PlannedExchange& exchange) {
  passed_over_.erase(exchange.id);
  committer_->Add(Haste::kWhenever, [&](ledger::Batch& batch) {
    batch.caught_up.push_back(exchange.id);
    if (counted_) {
      AddTally(batch, exchange.tally);
    }
  });
}

Status Engine::MakeItems(Flight& flight) {
  const plan::PlannedExchange& plan = flight.plan();
  std::vector<std::pair<uint32_t, ledger::State>> states;
  if (options_.resumed) {
    TRY_ASSIGN(states, parts_.memory.StatesOf(plan.id));
    TRY_ASSIGN(const bool done, parts_.memory.IsDone(plan.id));
    if (done) {
      counts_.earlier += static_cast<uint64_t>(std::ranges::count(
          plan.operations, plan::Omission::kNone, &plan::PlannedOperation::omission));
      return {};
    }
  }
  for (uint32_t i = 0; i < plan.operations.size(); ++i) {
    const plan::PlannedOperation& planned = plan.operations[i];
    if (planned.omission != plan::Omission::kNone) {
      continue;
    }
    const dialect::Operation& operation = plan.meaning.operations[i];
    guard::Item item{.operation = i,
                     .source = planned.source ? &*planned.source : nullptr,
                     .committed = planned.committed,
                     .id = planned.id};
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

}  // namespace trafrec::replay
