#pragma once

#include <string>
#include <vector>

#include "reconcile/boundary/backfill.h"
#include "replay/dialect/operation.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {

/// A snapshot as a log shows it.
struct RecordedSnapshot {
  std::string repository{};
  std::string name{};
  store::ExchangeId taken_by{};
  TimeNs began = 0;
  TimeNs ended = std::numeric_limits<TimeNs>::max();
  std::vector<std::string> indices{};  ///< as asked for, or as an answer lists them
  std::string state{};                 ///< "SUCCESS", "PARTIAL"; "": no answer says it
  std::string trouble{};               ///< why it was not taken
};

/// The snapshots of a log, from the requests that take them and those that ask for them.
class SnapshotRequests {
 public:
  /// Whether the request is about snapshots, by its name.
  static bool IsOne(std::string_view api);
  /// One of these requests, in the order of time.
  void Add(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
           std::string_view api);

  const std::vector<RecordedSnapshot>& all() const { return all_; }
  /// The requests that changed that repository.
  std::vector<store::ExchangeId> OwnOf(const std::string& repository) const;

 private:
  void AddTaking(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                 std::string repository, std::string name);
  void AddStates(const recorded::ExchangeView& view, const std::string& repository, TimeNs at);

  std::vector<RecordedSnapshot> all_;
  std::vector<std::pair<std::string, store::ExchangeId>> changes_;  ///< of repositories
};

}  // namespace trafrec::reconcile
