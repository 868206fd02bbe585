#pragma once

#include <asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/ledger/records.h"
#include "replay/run/away_times.h"
#include "replay/run/move.h"

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

  std::string trouble{};  ///< why it cannot be reached; "": it can, as far as is known

  bool familiar = false;  ///< it answered once as the source did, as far as plain HTTP shows
  uint32_t strange = 0;   ///< answers before: errors where the source had none
  std::vector<ledger::Batch> held{};  ///< their outcomes, until it is known whether they count

  /// It could not be reached: nothing goes there until a probe is answered otherwise.
  bool away = false;
  int64_t away_since = 0;  ///< on the run's clock
  AwayTimes away_times{};
  uint32_t unreached = 0;   ///< answers of 502, 503 and 504, one after another without any other
  std::string last_path{};  ///< that was answered otherwise
  std::string probe{};      ///< what is asked
  bool asks_last = false;   ///< `last_path` is, because `probe` was answered that it is away
  bool confirmed = false;   ///< a probe was answered so, too
  uint32_t returned = 0;    ///< how often it was away for sure, and came back
  int64_t probe_pause_ms = 0;
  std::optional<asio::steady_timer> probe_timer{};
  /// What waits for it: flights that are due, and moves that were under way. The others do not wait
  /// for them.
  std::vector<Flight*> parked{};
  std::vector<MovePtr> waiting{};

  /// Nothing new goes there now.
  bool holds() const { return away || (moving > 0 && !answered); }
};

}  // namespace trafrec::replay
