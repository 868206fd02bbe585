#include "store/reader/clock_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace trafrec::store {

Result<ClockError> ClockErrorOf(LogReader& log, std::optional<TimeNs> given) {
  ClockError error;
  TRY_ASSIGN(const bool several, log.HasSeveralRecorders());
  if (!several || given) {
    error.ns = several ? *given : 0;
    return error;
  }
  const auto merged = log.Merged();
  TRY(merged);
  std::set<std::string> compared;
  std::string reference;
  if (*merged) {
    for (const ClockOffset& offset : (*merged)->clocks) {
      // A clock that is never wrong beyond the bound of what is known of it is left as it is: it
      // may be wrong by twice that, and another one to the other side.
      error.ns = std::max(error.ns, 4 * offset.uncertainty_ns);
      compared.insert(offset.recorder);
      reference = offset.reference;
    }
  }
  TRY_ASSIGN(const std::vector<AttemptProgress> attempts, log.Progress());
  std::set<std::string> alone;
  for (const AttemptProgress& attempt : attempts) {
    if (attempt.recorder != reference && !compared.contains(attempt.recorder)) {
      alone.insert(attempt.recorder);
    }
  }
  if (alone.size() > (reference.empty() ? 1U : 0U)) {
    error.ns = std::max(error.ns, kClocksApartNs);
    error.assumed = fmt::format(
        "nothing that two recorders saw says how far the clock of {} is from the others': they are "
        "taken to be within {} s of each other (--clock-error)",
        *alone.rbegin(), kClocksApartNs / kNsPerSecond);
  }
  return error;
}

}  // namespace trafrec::store
