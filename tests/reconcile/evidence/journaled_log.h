#pragma once

#include <string>
#include <vector>

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {

inline constexpr test_support::Product kProduct = test_support::Product::kElasticsearch7;
inline const std::string kFirst = "first/indices/uuid/0/translog/";
inline const std::string kLast = "last/indices/uuid/0/translog/";

/// Entries of a journal.
std::string Put(const std::string& id, int64_t seq_no, const std::string& source,
                int64_t version = 1, int64_t term = 1);
std::string Delete(const std::string& id, int64_t seq_no, int64_t version);

/// A copy of the journal of the only shard; `unsynced` no checkpoint covers.
void WriteJournal(const test_support::TemporaryFolder& folder, const std::string& where,
                  const std::string& operations, const std::string& unsynced = "");

/// A log of an index of one shard, made in it, that has one document, put under number 0.
struct JournaledLog {
  History history{};
  Judgement judgement{};

  JournaledLog();

  void Answered(const std::string& id, int64_t seq_no, int64_t term = 1);
  /// Nobody saw its answer.
  Question& Asked(dialect::Kind kind, const std::string& id, const std::string& body);
  /// It finds all documents.
  void AskedByQuery(const std::string& body);
  /// Something may have been lost all the time.
  void Lost();

  /// With the journals in that folder; of what is not proven, unknown.
  std::vector<store::Verdict> Verdicts(const test_support::TemporaryFolder& folder);
};

}  // namespace trafrec::reconcile
