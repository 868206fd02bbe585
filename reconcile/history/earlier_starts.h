#pragma once

#include <map>
#include <string>

#include "base/time.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Since when a recorder that started again may have missed traffic. A live recorder sees all that
/// its filter lets through, so that of a second start at the same place only what came after the
/// first one's end was not seen; of a first start everything before it.
class EarlierStarts {
 public:
  /// Attempts of a recorder come in their order.
  void Add(const store::AttemptInfo& attempt);

  /// For `attempt`, of which Add was not yet told.
  TimeNs SeenUntil(const store::AttemptInfo& attempt) const;

 private:
  struct Seen {
    std::string place{};  ///< interface and filter
    TimeNs until = 0;     ///< every request that began before then is in the log
  };

  std::map<std::string, Seen> last_;  ///< by recorder
};

}  // namespace trafrec::reconcile
