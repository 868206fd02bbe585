#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "replay/ledger/run_lock.h"
#include "store/reader/operation_address.h"

namespace trafrec::ledger {

/// Which dead letters are to be sent again. Exactly one of the three.
struct RedriveSelection {
  bool all = false;
  std::string reason{};
  std::vector<store::OperationAddress> operations{};  ///< an exchange means all its letters
  /// Also where later writes of the same documents were sent meanwhile.
  bool over_newer = false;
};

/// Marks them, and what is blocked by them, in one transaction; counted as "redriven". What is sent
/// then is the business of the next resume. Returns how many were marked. Nothing is marked if one
/// of `operations` is not among the letters, or is itself only blocked: the Error names it. Nor if
/// the run went on past its letters (kPassedMark), unless `over_newer` is set.
Result<uint64_t> Redrive(const RunLock& lock, const RedriveSelection& selection);

}  // namespace trafrec::ledger
