#include "replay/ledger/ledger_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>
#include <string_view>

#include "base/check.h"
#include "replay/ledger/statements.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::RowValues;
using store::db::Statement;

/// Three columns: whether there is a condition, and of which write it speaks.
template <typename Values>
void BindCondition(Values& values, int first, const std::optional<Condition>& condition) {
  values.Bind(first, condition.has_value());
  if (condition && condition->unchanged_since) {
    values.Bind(first + 1, condition->unchanged_since->seq_no);
    values.Bind(first + 2, condition->unchanged_since->primary_term);
  } else {
    values.BindNull(first + 1).BindNull(first + 2);
  }
}

}  // namespace

Status LedgerTables::Prepare(Database& database, const Range& range) {
  range_ = range;
  struct Wanted {
    Statement* statement;
    std::string_view sql;
  };
  for (const Wanted& each : std::array{Wanted{&put_letter_, statements::kPutLetter},
                                       Wanted{&remove_intent_, statements::kRemoveIntent},
                                       Wanted{&remove_letter_, statements::kRemoveLetter},
                                       Wanted{&put_context_, statements::kPutContext},
                                       Wanted{&add_counter_, statements::kAddCounter},
                                       Wanted{&put_mark_, statements::kPutMark},
                                       Wanted{&put_passed_over_, statements::kPutPassedOver},
                                       Wanted{&remove_passed_over_, statements::kRemovePassedOver},
                                       Wanted{&put_index_start_, statements::kPutIndexStart},
                                       Wanted{&put_index_change_, statements::kPutIndexChange},
                                       Wanted{&put_position_, statements::kPutPosition}}) {
    TRY_ASSIGN(*each.statement, database.Prepare(each.sql, true));
  }
  TRY(put_intents_.Prepare(database, statements::kPutIntent, statements::kIntentAgain));
  TRY(put_outcomes_.Prepare(database, statements::kPutOutcome, statements::kOutcomeAgain));
  TRY(put_written_.Prepare(database, statements::kPutWritten, statements::kWrittenAgain));
  TRY(attempts_.Prepare(database));
  TRY(done_.Prepare(database));
  TRY_ASSIGN(const auto letter, database.QueryInt("SELECT 1 FROM letter LIMIT 1"));
  has_letters_ = letter.has_value();
  return {};
}

void LedgerTables::Forget() {
  attempts_.Forget();
  done_.Forget();
}

Status LedgerTables::Put(const Batch& batch) {
  TRY(PutIntents(batch.intents));
  TRY(Withdraw(batch.withdrawn));
  TRY(PutOutcomes(batch.outcomes));
  TRY(PutLetters(batch.letters));
  TRY(PutDocuments(batch.documents));
  for (const store::ExchangeId& exchange : batch.done) {
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(exchange));
    TRY(done_.Set(attempt, exchange.number));
  }
  TRY(done_.Put());
  for (const Context& context : batch.contexts) {
    TRY(put_context_.Bind(0, std::string_view(context.source_id))
            .Bind(1, std::string_view(context.target_id))
            .Run());
  }
  for (const auto& [name, more] : batch.counters) {
    TRY(add_counter_.Bind(0, std::string_view(name)).Bind(1, more).Run());
  }
  for (const auto& [name, value] : batch.marks) {
    TRY(put_mark_.Bind(0, std::string_view(name)).Bind(1, std::string_view(value)).Run());
  }
  TRY(PutPassedOver(batch));
  TRY(PutIndexCounts(batch));
  if (batch.position) {
    CHECK(range_.Holds(batch.position->began_at));
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(batch.position->id));
    TRY(put_position_.Bind(0, batch.position->began_at)
            .Bind(1, attempt)
            .Bind(2, batch.position->id.number)
            .Bind(3, range_.from)
            .Run());
  }
  return {};
}

Status LedgerTables::PutIntents(std::span<const Intent> intents) {
  return put_intents_.Put(intents, [this](RowValues& put, const Intent& intent) {
    BindCondition(put.Bind(3, intent.tries), 4, intent.condition);
    return BindAddress(put, 0, intent.at);
  });
}

/// A letter stays: what was redriven and not sent after all still is.
Status LedgerTables::Withdraw(std::span<const Address> operations) {
  for (const Address& at : operations) {
    TRY(BindAddress(remove_intent_, 0, at));
    TRY(remove_intent_.Run());
  }
  return {};
}

Status LedgerTables::PutOutcomes(std::span<const Outcome> outcomes) {
  TRY(put_outcomes_.Put(outcomes, [this](RowValues& put, const Outcome& outcome) {
    put.Bind(3, outcome.tries)
        .Bind(4, outcome.status)
        .Bind(5, std::string_view(outcome.fate))
        .Bind(6, outcome.as_source)
        .Bind(7, outcome.result);
    if (outcome.why.empty()) {
      put.BindNull(8);
    } else {
      put.Bind(8, std::string_view(outcome.why));
    }
    return BindAddress(put, 0, outcome.at);
  }));
  for (const Outcome& outcome : outcomes) {
    TRY(Settle(outcome.at));
  }
  return {};
}

Status LedgerTables::PutLetters(std::span<const Letter> letters) {
  for (const Letter& letter : letters) {
    TRY(Settle(letter.at));
    TRY(BindAddress(put_letter_, 0, letter.at));
    put_letter_.Bind(3, static_cast<int>(letter.state))
        .Bind(4, std::string_view(letter.reason))
        .Bind(5, std::string_view(letter.why))
        .Bind(6, letter.tries)
        .Bind(7, letter.status)
        .Bind(8, std::string_view(letter.source_fate))
        .Bind(9, std::string_view(letter.method))
        .Bind(10, std::string_view(letter.target))
        .Bind(11, std::string_view(letter.index))
        .Bind(12, std::string_view(letter.id))
        .Bind(13, letter.began_at)
        .Bind(14, letter.given_up_at);
    BindCondition(put_letter_, 15, letter.condition);
    if (letter.blocked_by) {
      TRY(BindAddress(put_letter_, 18, *letter.blocked_by));
    } else {
      put_letter_.BindNull(18).BindNull(19).BindNull(20);
    }
    TRY(put_letter_.Run());
    has_letters_ = true;
  }
  return {};
}

Status LedgerTables::PutDocuments(std::span<const Document> documents) {
  // A condition can speak of a write only if the source gave it a number and it left a document.
  std::vector<const Document*> written;
  for (const Document& document : documents) {
    if (document.source && document.target) {
      written.push_back(&document);
    }
  }
  const auto bind = [](RowValues& put, const Document* document) {
    put.Bind(0, std::string_view(document->index))
        .Bind(1, document->source->seq_no)
        .Bind(2, document->source->primary_term)
        .Bind(3, std::string_view(document->id))
        .Bind(4, document->target->seq_no)
        .Bind(5, document->target->primary_term);
    return Status();
  };
  return put_written_.Put(std::span<const Document* const>(written), bind);
}

Status LedgerTables::PutPassedOver(const Batch& batch) {
  for (const PassedOver& each : batch.passed_over) {
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(each.exchange));
    const std::string items = fmt::format("{}", fmt::join(each.items, ","));
    TRY(put_passed_over_.Bind(0, attempt)
            .Bind(1, each.exchange.number)
            .Bind(2, each.began_at)
            .Bind(3, std::string_view(items))
            .Run());
  }
  for (const store::ExchangeId& exchange : batch.caught_up) {
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(exchange));
    TRY(remove_passed_over_.Bind(0, attempt).Bind(1, exchange.number).Run());
  }
  return {};
}

Status LedgerTables::PutIndexCounts(const Batch& batch) {
  for (const auto& [at, documents] : batch.at_start) {
    TRY(put_index_start_.Bind(0, std::string_view(at.first))
            .Bind(1, std::string_view(at.second))
            .Bind(2, documents)
            .Run());
  }
  for (const auto& [at, change] : batch.changes) {
    TRY(put_index_change_.Bind(0, std::string_view(at.first))
            .Bind(1, std::string_view(at.second))
            .Bind(2, change.emptied)
            .Bind(3, change.created)
            .Bind(4, change.deleted)
            .Bind(5, change.unclear)
            .Bind(6, change.assumed)
            .Run());
  }
  return {};
}

Status LedgerTables::Settle(const Address& at) {
  TRY(BindAddress(remove_intent_, 0, at));
  TRY(remove_intent_.Run());
  if (has_letters_) {
    TRY(BindAddress(remove_letter_, 0, at));
    TRY(remove_letter_.Run());
  }
  return {};
}

template <typename Values>
Status LedgerTables::BindAddress(Values& values, int first, const Address& at) {
  TRY_ASSIGN(const int64_t attempt, attempts_.Of(at.exchange));
  values.Bind(first, attempt).Bind(first + 1, at.exchange.number).Bind(first + 2, at.item);
  return {};
}

}  // namespace trafrec::ledger
