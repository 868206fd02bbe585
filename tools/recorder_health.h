#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "capture/recorder.h"

namespace trafrec::tools {

/// Something that is wrong with a recording now.
struct Trouble {
  std::string_view kind;  ///< one of kTroubleKinds
  std::string what;       ///< the thing and the reason
  std::string remedy;     ///< may be empty
};

/// Stable names, for scripts and alerts.
inline constexpr std::array<std::string_view, 12> kTroubleKinds = {
    "disk_full",       "cannot_store", "disk_nearly_full", "kernel_drops",
    "interface_drops", "ring_drops",   "shedding",         "reassembly_behind",
    "store_behind",    "marks_stand",  "sync_failed",      "keeping_failed"};

/// "storing again": what to say when trouble of that kind is over.
std::string_view OverSentence(std::string_view kind);

/// Judges a running recorder by looks at it, about one a second. What was lost counts as trouble
/// for a minute. One thread.
class RecorderHealth {
 public:
  using Clock = std::chrono::steady_clock;

  /// Gravest first; empty: all is well.
  std::vector<Trouble> Judge(const capture::RecorderProgress& progress, Clock::time_point now);

 private:
  /// What grows with every loss.
  struct Losses {
    Clock::time_point at;
    uint64_t received = 0;
    uint64_t kernel_drops = 0;
    uint64_t interface_drops = 0;
    uint64_t ring_drops = 0;
    uint64_t shed_messages = 0;
    uint64_t shed_bodies = 0;
    uint64_t unstored_messages = 0;
    uint64_t failed_syncs = 0;
  };

  void Remember(const capture::RecorderProgress& progress, Clock::time_point now);
  void AddStoring(const capture::RecorderProgress& progress, std::vector<Trouble>& troubles) const;
  void AddLosses(std::vector<Trouble>& troubles) const;
  void AddStages(const capture::RecorderProgress& progress, std::vector<Trouble>& troubles) const;
  void AddKeeping(const capture::RecorderProgress& progress, std::vector<Trouble>& troubles) const;

  std::deque<Losses> minute_;  ///< the first is a minute old, or the start
  TimeNs first_look_at_ = 0;
};

}  // namespace trafrec::tools
