#pragma once

#include <span>

#include "base/error.h"
#include "replay/ledger/done_pages.h"
#include "replay/ledger/records.h"
#include "store/db/database.h"
#include "store/db/many_rows.h"
#include "store/reader/attempt_keys.h"

namespace trafrec::ledger {

/// The statements of a commit to a range. The caller begins and ends the transaction. Must not
/// outlive its database; moves with it never.
class LedgerTables {
 public:
  Status Prepare(store::db::Database& database, const Range& range);

  Status Put(const Batch& batch);
  /// What was put was not committed.
  void Forget();

 private:
  using Statement = store::db::Statement;

  Status PutIntents(std::span<const Intent> intents);
  Status Withdraw(std::span<const Address> operations);
  Status PutOutcomes(std::span<const Outcome> outcomes);
  Status PutLetters(std::span<const Letter> letters);
  Status PutDocuments(std::span<const Document> documents);
  Status PutPassedOver(const Batch& batch);
  Status PutIndexCounts(const Batch& batch);
  /// The operation is in doubt no more, and no letter either.
  Status Settle(const Address& at);
  /// Values: a Statement, or a row in the making.
  template <typename Values>
  Status BindAddress(Values& values, int first, const Address& at);

  Range range_;
  store::AttemptKeys attempts_;
  bool has_letters_ = false;
  DonePages done_;
  store::db::ManyRows<7> put_intents_;
  store::db::ManyRows<9> put_outcomes_;
  store::db::ManyRows<6> put_written_;
  Statement put_letter_;
  Statement remove_intent_;
  Statement remove_letter_;
  Statement put_context_;
  Statement add_counter_;
  Statement put_mark_;
  Statement put_passed_over_;
  Statement remove_passed_over_;
  Statement put_index_start_;
  Statement put_index_change_;
  Statement put_position_;
};

}  // namespace trafrec::ledger
