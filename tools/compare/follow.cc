#include "tools/compare/follow.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/ascii.h"
#include "tools/console.h"
#include "tools/interrupt.h"
#include "tools/status_screen.h"

namespace trafrec::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(1'000);
constexpr auto kLineEvery = std::chrono::seconds(10);

/// Nobody writes the run any more. One that nobody has begun yet has not ended.
Result<bool> HasEnded(store::LogReader& run) {
  TRY_ASSIGN(const std::vector<store::AttemptProgress> attempts, run.Progress());
  return !attempts.empty() && std::ranges::none_of(attempts, &store::AttemptProgress::running);
}

/// Compares what has come. True: that was the last.
Result<bool> Look(const Sides& sides, AnswerPairs& pairs, const FollowSteps& steps) {
  TRY_ASSIGN(const bool ended, HasEnded(*sides.run));  // before: nothing can come between
  TRY(steps.pass([&](const AnswerPairs::Visitor& visit) { return pairs.Follow(visit); }));
  return ended;
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(TakeLine(text));
  }
  return lines;
}

Status OnScreen(const Sides& sides, AnswerPairs& pairs, const FollowSteps& steps) {
  bool ended = false;
  const Status shown =
      ShowScreen(kLookEvery, [&](size_t columns, size_t rows) -> Result<std::vector<std::string>> {
        TRY_ASSIGN(ended, Look(sides, pairs, steps));
        if (ended) {
          return Fail(ErrorCode::kNotFound, "the run has ended");  // leaves the screen
        }
        return LinesOf(steps.page(columns, rows));
      });
  return ended ? Status() : shown;
}

Status InLines(const Sides& sides, AnswerPairs& pairs, const FollowSteps& steps) {
  const Interrupt interrupt;
  Clock::time_point line_at = Clock::now() + kLineEvery;
  while (!Interrupt::came()) {
    TRY_ASSIGN(const bool ended, Look(sides, pairs, steps));
    if (ended) {
      break;
    }
    if (Clock::now() >= line_at) {
      PrintNote(steps.line());
      line_at += kLineEvery;
    }
    poll(nullptr, 0, static_cast<int>(kLookEvery.count()));  // a signal ends it
  }
  return {};
}

}  // namespace

Status FollowRun(const Sides& sides, AnswerPairs& pairs, const FollowSteps& steps) {
  TRY(steps.screen ? OnScreen(sides, pairs, steps) : InLines(sides, pairs, steps));
  return pairs.Finish();
}

}  // namespace trafrec::tools
