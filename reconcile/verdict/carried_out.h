#pragma once

#include <vector>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

inline constexpr const char* kCarriedOutWords =
    "carried out: what the source received whole, it carried out";

/// Which requests that change no documents are presumed to have been carried out: received whole,
/// by a source that did not restart meanwhile.
class CarriedOut {
 public:
  explicit CarriedOut(const History& history);

  bool Presumes(const OpenRequest& request) const;

 private:
  /// In which the primary terms of an index grew.
  std::vector<Span> restarts_;
  bool known_ = false;  ///< the writes that show terms were kept
};

}  // namespace trafrec::reconcile
