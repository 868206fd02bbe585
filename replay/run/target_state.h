#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trafrec::replay {

/// What a run knows of one of its targets. The loop's thread.
struct TargetState {
  /// It said something. Until then one request at a time goes there, so that of a wrong target no
  /// more than one is in doubt. A proxy's word that it does not reach it is none.
  bool answered = false;
  bool proved = false;  ///< it took or judged a mutation: it is what was meant
  size_t moving = 0;    ///< parcels under way to it

  std::string trouble{};      ///< why it cannot be reached; "": it can, as far as is known
  int64_t trouble_since = 0;  ///< on the run's clock
};

}  // namespace trafrec::replay
