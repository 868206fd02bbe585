#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "replay/census/counting.h"
#include "replay/ledger/records.h"

namespace trafrec::census {

/// An index that does not hold as many documents as the run should have left there.
struct Difference {
  std::string target;
  std::string index;
  int64_t expected = 0;
  int64_t found = 0;
  ledger::IndexCount known{};  ///< what is expected is made of this
  int64_t unclear = 0;         ///< operations that may have changed it, and do not say how much

  bool operator==(const Difference&) const = default;
};

/// What the indices hold that a run changed, beside what they should.
struct Comparison {
  uint64_t indices = 0;   ///< that were compared
  int64_t documents = 0;  ///< that they hold
  uint64_t used = 0;      ///< indices that held documents before the run, changed by it or not
  int64_t before = 0;     ///< so many
  std::vector<Difference> differences{};
  std::map<std::string, std::string> unknown{};  ///< targets that were not compared, and why
};

/// Adds what one target held before the run, whatever the run did there.
void CountBefore(const std::map<std::string, ledger::IndexCount>& known, Comparison& into);

/// Adds those of one target. `known` is what the ledger says of its indices by name, or by what an
/// operation called them: a pattern, an alias.
void Compare(const std::string& target, const std::map<std::string, ledger::IndexCount>& known,
             const Counts& found, Comparison& into);

}  // namespace trafrec::census
