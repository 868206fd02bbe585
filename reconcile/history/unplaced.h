#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// Writes of which nobody knows into which index they went: what answers do not tell of a name.
/// They may have taken a number of any, and are to the model what lost traffic is.
class UnplacedWrites {
 public:
  /// An answered one that took a number, or may have. Those of one exchange follow each other.
  void Add(const Write& write, const dialect::Outcome& outcome);

  /// At the end: what names mean, as far as requests for aliases say, and what stays unknown.
  void Finish(History& history) const;

 private:
  struct Several {
    store::ExchangeId by{};
    LostTraffic traffic{};
  };

  std::map<std::string, std::vector<Several>> writes_;  ///< by name
};

/// Of operations that the log has, and of which nobody knows into which index they wrote: none yet.
LostTraffic UnplacedTraffic(const Span& ran);

}  // namespace trafrec::reconcile
