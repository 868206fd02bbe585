#pragma once

#include <asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/ledger/records.h"

namespace trafrec::replay {

/// So answers a proxy that does not reach what stands behind it, or a service that begins or ends.
inline bool IsUnreached(int status) { return status >= 502 && status <= 504; }

/// What a run knows of one of its targets. The loop's thread.
struct TargetState {
  /// It said something. Until then one request at a time goes there, so that of a wrong target no
  /// more than one is in doubt. A proxy's word that it does not reach it is none.
  bool answered = false;
  bool proved = false;  ///< it took or judged a mutation: it is what was meant
  size_t moving = 0;    ///< parcels under way to it

  std::string trouble{};      ///< why it cannot be reached; "": it can, as far as is known
  int64_t trouble_since = 0;  ///< on the run's clock

  bool familiar = false;  ///< it answered once as the source did, as far as plain HTTP shows
  uint32_t strange = 0;   ///< answers before: errors where the source had none
  std::vector<ledger::Batch> held{};  ///< their outcomes, until it is known whether they count

  /// Answers of 502, 503 and 504, one after another without any other, and since when.
  uint32_t unreached = 0;
  int64_t unreached_since = 0;
  /// It answers nothing else: nothing goes there until a probe is answered otherwise.
  bool away = false;
  std::string probe{};     ///< what is asked
  bool confirmed = false;  ///< a probe was answered so, too
  uint32_t returned = 0;   ///< how often it was away for sure, and came back
  int64_t probe_pause_ms = 0;
  std::optional<asio::steady_timer> probe_timer{};
};

}  // namespace trafrec::replay
