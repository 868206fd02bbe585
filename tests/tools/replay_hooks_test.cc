#include "tools/replay/replay_hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace trafrec::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using State = HookOutcome::State;
using std::chrono::seconds;

/// Longer than any of these commands takes on a machine that is busy.
constexpr auto kLong = seconds(120);

class Hooks : public testing::Test {
 protected:
  ReplayHooks Make(const std::vector<std::string>& texts, bool follow = false) {
    std::vector<Hook> hooks;
    for (const std::string& text : texts) {
      hooks.push_back(ParseHook(text).value());
    }
    return ReplayHooks({.hooks = std::move(hooks),
                        .run = "the run",
                        .follow = follow,
                        .wall_clock = [] { return 100 * kNsPerSecond; }},
                       events_);
  }
  void Look(ReplayHooks& hooks, const replay::RunProgress& progress) {
    hooks.Look(progress,
               [this](const std::string& name, const std::string& value) { marks_[name] = value; });
  }
  static replay::RunProgress After(uint64_t mutations) {
    replay::RunProgress progress;
    progress.counts.mutations = mutations;
    return progress;
  }
  std::string Written() const {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  const test_support::TemporaryFolder folder_;
  const std::string file_ = folder_ / "out";
  EventLog events_{LogFormat::kText};
  std::map<std::string, std::string> marks_;
};

TEST_F(Hooks, ACommandRunsOnceAndNotBeforeItsConditionHolds) {
  ReplayHooks hooks = Make({"mutations=5: echo $TRAFREC_MUTATIONS >> " + file_});
  Look(hooks, After(4));
  EXPECT_EQ(hooks.outcomes()[0].state, State::kWaits);
  Look(hooks, After(6));
  Look(hooks, After(7));
  hooks.WaitFor(kLong);
  EXPECT_EQ(hooks.outcomes()[0].state, State::kEnded);
  EXPECT_EQ(Written(), "6\n");
}

TEST_F(Hooks, TheVariablesSayTheState) {
  ReplayHooks hooks = Make({"lag<5s: env > " + file_});
  replay::RunProgress progress = After(3);
  progress.counts.dead = 2;
  progress.source_time = 1;
  progress.behind_ns = 1'500 * kNsPerMs;
  Look(hooks, progress);
  hooks.WaitFor(kLong);
  EXPECT_THAT(Written(),
              AllOf(HasSubstr("TRAFREC_RUN=the run\n"), HasSubstr("TRAFREC_MUTATIONS=3\n"),
                    HasSubstr("TRAFREC_DEAD=2\n"), HasSubstr("TRAFREC_LAG=1.500\n")));
}

TEST_F(Hooks, WhatFiredInAnEarlierLifeDoesNotFireAgain) {
  const std::string text = "mutations=5: echo fired >> " + file_;
  ReplayHooks first = Make({text});
  Look(first, After(5));
  first.WaitFor(kLong);
  ReplayHooks second = Make({text});
  second.Recall(marks_);
  Look(second, After(5));
  second.WaitFor(kLong);
  EXPECT_EQ(second.outcomes()[0].state, State::kEarlier);
  EXPECT_EQ(Written(), "fired\n");
}

TEST_F(Hooks, CountsGoOnWhereAnEarlierLifeEnded) {
  const std::string text = "mutations=5: true";
  ReplayHooks first = Make({text});
  Look(first, After(3));
  ReplayHooks second = Make({text});
  second.Recall(marks_);
  Look(second, After(1));
  EXPECT_EQ(second.outcomes()[0].state, State::kWaits);
  Look(second, After(2));
  second.WaitFor(kLong);
  EXPECT_EQ(second.outcomes()[0].state, State::kEnded);
}

TEST_F(Hooks, CountsOfALifeWithoutHooksCountForALaterOne) {
  ReplayHooks first = Make({});
  Look(first, After(3));
  ReplayHooks second = Make({"mutations=5: true"});
  second.Recall(marks_);
  Look(second, After(2));
  second.WaitFor(kLong);
  EXPECT_EQ(second.outcomes()[0].state, State::kEnded);
}

TEST_F(Hooks, TheStatusOfACommandThatFailsIsToldAndKept) {
  ReplayHooks hooks = Make({"mutations>=0: exit 7"});
  Look(hooks, After(0));
  testing::internal::CaptureStderr();
  hooks.WaitFor(kLong);
  EXPECT_EQ(hooks.outcomes()[0].status, 7);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("mutations>=0: exit 7"), HasSubstr("status 7")));
}

TEST_F(Hooks, ACommandThatGoesOnIsLeftAndSaid) {
  // It reads a pipe that nobody opens for writing, until the test does.
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ReplayHooks hooks = Make({"mutations>=0: cat " + pipe});
  Look(hooks, After(0));
  testing::internal::CaptureStderr();
  hooks.WaitFor(seconds(0));
  EXPECT_EQ(hooks.outcomes()[0].state, State::kRuns);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("still runs"));
  std::ofstream(pipe) << "end";
  hooks.WaitFor(kLong);
  EXPECT_EQ(hooks.outcomes()[0].state, State::kEnded);
}

TEST_F(Hooks, ACommandInheritsNoDescriptorAndWritesToStandardErrorOnly) {
  const std::ofstream lock(folder_ / "held by this process");
  ReplayHooks hooks = Make({"mutations>=0: ls -l /proc/$$/fd > " + file_ + "; echo said"});
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Look(hooks, After(0));
  hooks.WaitFor(kLong);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("said"));
  EXPECT_THAT(Written(), Not(HasSubstr("held by this process")));
}

TEST_F(Hooks, WithFollowTheLagIsThatOfThePositionBehindTheClock) {
  ReplayHooks hooks = Make({"lag<5s: true"}, true);
  replay::RunProgress progress;
  Look(hooks, progress);
  EXPECT_EQ(hooks.outcomes()[0].state, State::kWaits) << "there is no position yet";
  progress.through = 90 * kNsPerSecond;
  Look(hooks, progress);
  EXPECT_EQ(hooks.outcomes()[0].state, State::kWaits);
  progress.through = 96 * kNsPerSecond;
  Look(hooks, progress);
  hooks.WaitFor(kLong);
  EXPECT_EQ(hooks.outcomes()[0].state, State::kEnded);
}

}  // namespace
}  // namespace trafrec::tools
