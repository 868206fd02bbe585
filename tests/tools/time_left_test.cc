#include "tools/replay/time_left.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/pace/speed.h"
#include "tools/replay/replay_progress.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TimeNs kBegin = 1'700'000'000 * kNsPerSecond;

replay::RunProgress At(int64_t seconds, const std::string& speed) {
  replay::RunProgress progress;
  progress.source_time = kBegin + seconds * kNsPerSecond;
  progress.speed = pace::ParseSpeed(speed).value();
  progress.elapsed_ns = 10 * kNsPerSecond;
  return progress;
}

constexpr LogSpan kHundredSeconds{.first = kBegin, .last = kBegin + 100 * kNsPerSecond};

TEST(ReplayProgress, OnATerminalTheLineBeginsWithABarOfWhatIsOver) {
  EXPECT_EQ(TerminalLine("9 exchanges/s", 0.25, 80),
            "[######------------------]  25%  9 exchanges/s");
}

TEST(ReplayProgress, ALogWithoutAnEndHasNoBar) {
  EXPECT_EQ(TerminalLine("9 exchanges/s", std::nullopt, 80), "9 exchanges/s");
}

TEST(TimeLeft, AtAMultipleOfThePaceTheLogsTimesTell) {
  const TimeLeft left(kHundredSeconds);
  EXPECT_EQ(left.Of(At(20, "1x")), 80 * kNsPerSecond);
  EXPECT_EQ(left.Of(At(20, "4x")), 20 * kNsPerSecond);
}

TEST(TimeLeft, TheWaitForTheNextExchangeCounts) {
  const TimeLeft left(kHundredSeconds);
  replay::RunProgress progress = At(20, "1x");
  progress.next_time = kBegin + 60 * kNsPerSecond;
  progress.next_due_ns = 35 * kNsPerSecond;
  EXPECT_EQ(left.Of(progress), 75 * kNsPerSecond);
}

TEST(TimeLeft, AResumedRunCountsWhatItsEarlierLivesDid) {
  LogSpan span = kHundredSeconds;
  span.begin = kBegin - 100 * kNsPerSecond;
  EXPECT_DOUBLE_EQ(TimeLeft(span).OverOf(At(50, "1x")).value(), 0.75);
}

TEST(TimeLeft, AllIsOverWhenTheRunSaysSoWhateverWasNotSelected) {
  replay::RunProgress progress = At(20, "1x");
  EXPECT_DOUBLE_EQ(TimeLeft(kHundredSeconds).OverOf(progress).value(), 0.2);
  progress.over = true;
  EXPECT_DOUBLE_EQ(TimeLeft(kHundredSeconds).OverOf(progress).value(), 1);
}

TEST(TimeLeft, NobodyKnowsHowMuchIsOverOfALogThatGrows) {
  EXPECT_EQ(TimeLeft({}).OverOf(At(20, "1x")), std::nullopt);
}

TEST(TimeLeft, AtMaxSpeedExchangesTell) {
  LogSpan span = kHundredSeconds;
  span.exchanges = 1'000;
  TimeLeft left(span);
  // 400 read for 200 that were selected; of these 100 are over: a fifth of the log.
  for (uint64_t read = 2; read <= 400; read += 2) {
    left.NotePlanned(read);
  }
  replay::RunProgress progress = At(90, "max");
  progress.taken = 150;
  progress.held = 50;
  EXPECT_EQ(left.Of(progress), 40 * kNsPerSecond);
}

TEST(TimeLeft, WhereNobodyCountedExchangesTheTimesTell) {
  EXPECT_EQ(TimeLeft(kHundredSeconds).Of(At(50, "max")), 10 * kNsPerSecond);
}

TEST(TimeLeft, NobodyCanTellOfALogThatGrowsOrARunThatWaits) {
  EXPECT_EQ(TimeLeft(LogSpan{}).Of(At(50, "1x")), std::nullopt);
  const TimeLeft left(kHundredSeconds);
  replay::RunProgress progress = At(50, "1x");
  progress.paused = true;
  EXPECT_EQ(left.Of(progress), std::nullopt);
  progress.paused = false;
  progress.trouble = "the target cannot be reached";
  EXPECT_EQ(left.Of(progress), std::nullopt);
  EXPECT_EQ(left.Of(At(0, "max")), std::nullopt);
}

TEST(ReplayProgress, ANarrowTerminalShowsRateAndTimeLeft) {
  replay::RunProgress now = At(50, "1x");
  now.counts.exchanges = 12'304;
  const std::string line = ClipToWidth(ProgressLine({}, now, 1, 250 * kNsPerSecond), 39);
  EXPECT_THAT(line, HasSubstr("12,304 exchanges/s  4m10s left"));
  EXPECT_THAT(ProgressLine({}, now, 1, std::nullopt), Not(HasSubstr("left")));
}

}  // namespace
}  // namespace trafrec::tools
