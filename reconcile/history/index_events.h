#pragma once

#include <map>
#include <set>
#include <string>

#include "reconcile/history/history.h"
#include "reconcile/history/mapping.h"

namespace trafrec::reconcile {

/// What requests that make, remove or roll over indices mean for what comes behind them: adds
/// events, names and settings to a history, and keeps the mappings of indices that the log made.
/// Borrows the history.
class IndexEvents {
 public:
  struct Request {
    const dialect::RequestView& request;
    const dialect::Meaning& meaning;
    const dialect::Operation& operation;
    const dialect::Outcome& outcome;
    bool edited = false;  ///< values of its body may be others than were sent
    bool cut = false;     ///< the log has not all of its body
    Span ran{};
  };

  explicit IndexEvents(History& history) : history_(history) {}

  /// Any operation of the log, in its order.
  void Add(const Request& by);

  /// What the index behind a name takes; null: not known.
  const Mapping* MappingOf(const std::string& name) const;
  bool Made(const std::string& index) const { return made_.contains(index); }

 private:
  History& history_;
  std::map<std::string, Mapping> mappings_;
  std::set<std::string> made_;
};

}  // namespace trafrec::reconcile
