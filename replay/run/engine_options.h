#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "replay/pace/speed.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

/// Before which requests the target is made to show what was written.
enum class RefreshBefore : uint8_t { kNever, kByQuery, kSearch };

/// What a dead operation means for those that come after it.
enum class OnDead : uint8_t {
  kStopKey,   ///< what touches the same waits for a person, too
  kContinue,  ///< they are sent all the same
  kStop,      ///< the run stops
};

/// How often and how long an operation is tried. Pauses double, with jitter, up to the longest; a
/// Retry-After is kept if it is longer.
struct RetryLimits {
  uint32_t tries = 8;
  int64_t first_pause_ms = 100;
  int64_t longest_pause_ms = 10'000;
};

struct EngineOptions {
  pace::Speed speed{};
  std::optional<int64_t> idle_max_ns{};
  size_t concurrency = 256;  ///< exchanges under way at a time, over all targets
  RefreshBefore refresh_before = RefreshBefore::kByQuery;
  OnDead on_dead = OnDead::kStopKey;
  RetryLimits retry{};
  uint64_t window = 65'536;                ///< operations that are held
  size_t held_bytes = limits::kHeldBytes;  ///< of exchanges that are held
  /// The same where all of them wait for what was not read yet.
  size_t held_bytes_most = limits::kHeldBytesMost;
  TimeNs clock_error_ns = 0;                 ///< between recorders
  bool one_clock = false;                    ///< there is one recorder, and no overlay
  bool resumed = false;                      ///< the ledger may know outcomes of an earlier life
  int64_t patience_ns = 300 * kNsPerSecond;  ///< a target may be away so long
  int64_t clock_offset_ns = 0;  ///< the recorder's clock is so far ahead of this machine's
  std::string run_mark{};       ///< value of the field Trafrec-Run; "" for none
};

}  // namespace trafrec::replay
