#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "replay/run/engine.h"
#include "tools/event_log.h"
#include "tools/replay/hook_condition.h"
#include "tools/replay/hook_process.h"

namespace trafrec::tools {

/// What became of a hook.
struct HookOutcome {
  enum class State : uint8_t {
    kWaits,    ///< its condition did not hold
    kEarlier,  ///< it fired in an earlier life of the run
    kRuns,     ///< its command has not ended
    kEnded,    ///< with `status`
    kFailed,   ///< its command could not be started
  };
  std::string text;
  State state = State::kWaits;
  int status = 0;  ///< as a shell says it
};

/// "waits", "earlier", "runs", "ended", "failed".
const char* NameOf(HookOutcome::State state);

/// The commands of `--on`: starts each beside the loop, once in all lives of a run. The loop's
/// thread.
class ReplayHooks {
 public:
  struct Options {
    std::vector<Hook> hooks{};
    std::string run{};
    bool follow = false;  ///< the lag is that of the position behind the wall clock
    std::function<TimeNs()> wall_clock = WallClockNow;
    /// Of the log that is over, 0 to 1; none, or nothing: nobody can tell.
    std::function<std::optional<double>(const replay::RunProgress&)> share{};
  };
  /// Puts a mark into the run's ledger.
  using Keep = std::function<void(const std::string& name, const std::string& value)>;

  ReplayHooks(Options options, EventLog& events);

  /// The marks that earlier lives of the run have kept.
  void Recall(const std::map<std::string, std::string>& marks);
  /// Starts what is due, and looks at what has ended.
  void Look(const replay::RunProgress& progress, const Keep& keep);
  /// Waits for commands that run, all together so long at most; a signal ends the waiting.
  void WaitFor(std::chrono::milliseconds longest);

  std::vector<HookOutcome> outcomes() const;

 private:
  struct Entry {
    Hook hook;
    HookOutcome outcome;
    std::optional<HookProcess> process{};
  };

  HookState StateAt(const replay::RunProgress& progress) const;
  void Fire(Entry& entry, const HookState& state);
  void NoteEnd(Entry& entry, std::optional<int> status);

  const Options options_;
  EventLog& events_;
  std::vector<Entry> entries_;
  HookState earlier_{};  ///< of earlier lives
  std::string kept_{};
};

}  // namespace trafrec::tools
