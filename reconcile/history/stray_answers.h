#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Answers that a log has without their requests, since a loss made the order of their connection
/// doubtful, and to which requests of that connection they belong for certain. Memory: for such
/// answers, and while it looks for them for the messages of their connections.
class StrayAnswers {
 public:
  /// Reads the connections that have any. `until`: of what began before.
  static Result<StrayAnswers> Find(store::LogReader& log, const dialect::Dialect& dialect,
                                   std::optional<TimeNs> until);

  /// All these exchanges of the log, each with its answer where a stray one is its own, and without
  /// one where it has another's.
  Status Each(store::LogReader& log, const std::function<void(store::StoredExchange)>& take) const;

  /// The answer of that request was a stray one.
  bool Has(const store::ExchangeId& request) const { return answers_.contains(request); }

 private:
  StrayAnswers(const dialect::Dialect& dialect, std::optional<TimeNs> until)
      : dialect_(&dialect), until_(until) {}

  /// Nothing: the row is an answer that another exchange has.
  Result<std::optional<store::StoredExchange>> Load(store::LogReader& log,
                                                    const store::ExchangeRow& row) const;

  const dialect::Dialect* dialect_;
  std::optional<TimeNs> until_;
  std::map<store::ExchangeId, store::ExchangeRow> answers_;  ///< by the request's exchange
  std::set<store::ExchangeId> taken_;
};

}  // namespace trafrec::reconcile
