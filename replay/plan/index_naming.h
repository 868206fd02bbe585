#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "replay/dialect/key.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"

namespace trafrec::plan {

/// What names stand for, as far as the source's answers have shown: an alias, a data stream or a
/// pipeline carries a document elsewhere than the request says. Two operations that name one index
/// differently touch the same thing all the same. One thread.
class IndexNaming {
 public:
  /// The keys of an operation by the names of real indices. A name that is not known to be an
  /// index's own may stand for any of them, so a search there touches all: it waits too often,
  /// never too seldom.
  std::vector<dialect::Key> Resolve(const dialect::Meaning& meaning,
                                    const dialect::Operation& operation,
                                    const dialect::Outcome* outcome);

 private:
  void Learn(const std::string& asked, const std::string& real);
  bool IsReal(const std::string& name) const { return real_.contains(name); }

  std::unordered_set<std::string> real_;
  std::map<std::string, std::set<std::string>, std::less<>> behind_;  ///< an alias' indices so far
};

}  // namespace trafrec::plan
