// `trafrec replay --follow` beside recorders that die and come again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningTrafrec;
using testing::ElementsAre;
using testing::HasSubstr;

class ReplayFollow : public LiveRecording {
 protected:
  void Request(const std::string& path) const {
    ASSERT_EQ(Curl({server_.url() + path})->Finish().exit_code, 0);
  }
  RunningTrafrec Follow() const {
    return RunningTrafrec({"replay", log_, "--to", target_.url(), "--run", folder_ / "run",
                           "--dialect", "http", "--speed", "max", "--follow"});
  }

  test_support::WebServer target_{9201};
};

TEST_F(ReplayFollow, GoesOnWhenARecorderThatDiedComesAgainAndEndsWithIt) {
  auto recorder = Record(log_);
  RunningTrafrec follow = Follow();
  Request("/before");
  test_support::WaitUntil("it is in the log", [&] { return WrittenBelow(log_) > 0; });
  recorder->Signal(SIGKILL);
  recorder->Finish();
  follow.WaitForError("recorder test died: waiting for it to start again");
  recorder = Record(log_);
  Request("/after");
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  const Outcome ended = follow.Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("all recorders of the log have ended in good order"));
  EXPECT_THAT(target_.StopAndReadLog(), ElementsAre("GET 404 /before", "GET 404 /after"));
}

TEST_F(ReplayFollow, OfALogThatHoldsNothingWaitsForWhatSaysOfWhichKindItIs) {
  const auto recorder = Record(log_);
  RunningTrafrec follow({"replay", log_, "--to", target_.url(), "--run", folder_ / "run", "--speed",
                         "max", "--follow"});
  follow.WaitForError("waiting for one");
  Request("/first");
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  const Outcome ended = follow.Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(target_.StopAndReadLog(), ElementsAre("GET 404 /first"));
}

TEST_F(ReplayFollow, CtrlCEndsTheWaitForARecorderThatDied) {
  auto recorder = Record(log_);
  Request("/before");
  test_support::WaitUntil("it is in the log", [&] { return WrittenBelow(log_) > 0; });
  recorder->Signal(SIGKILL);
  recorder->Finish();
  RunningTrafrec follow = Follow();
  follow.WaitForError("recorder test died");
  follow.Signal(SIGINT);
  EXPECT_EQ(follow.Finish().exit_code, 130);
}

TEST_F(ReplayFollow, ATargetThatARecorderOfTheLogCapturesIsRefusedBeforeAnythingIsSent) {
  const auto recorder = Record(log_, {"--port", "9201"});
  const Outcome refused = Follow().Finish();
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is captured by recorder 'test'"));
  EXPECT_THAT(target_.StopAndReadLog(), ElementsAre());
}

}  // namespace
}  // namespace trafrec::tools
