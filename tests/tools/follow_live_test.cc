// `trafrec show --follow` beside recorders that come, rotate, die and come again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <sstream>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Trafrec;

std::vector<json> Objects(const std::string& lines) {
  std::vector<json> objects;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    objects.push_back(json::parse(line));
  }
  return objects;
}

/// Fails unless each row came once, or a second time because it was open the first time. Gives the
/// last of each.
std::map<std::string, json> LastOfEach(const std::vector<json>& rows) {
  std::map<std::string, json> last;
  for (const json& row : rows) {
    json& known = last[row["id"].get<std::string>()];
    EXPECT_TRUE(known.is_null() || known["flags"].dump().find("open") != std::string::npos)
        << "shown again: " << row;
    known = row;
  }
  return last;
}

class Follow : public LiveRecording {
 protected:
  void Request(int count) const {
    EXPECT_EQ(
        Curl({server_.url() + "/item?id=[1-" + std::to_string(count) + "]"})->Finish().exit_code,
        0);
  }
  void WaitUntilWritten(uint64_t exchanges) const {
    test_support::WaitUntil("the log has what was sent",
                            [&] { return WrittenBelow(log_) > exchanges; });
  }
};

TEST_F(Follow, ShowsWhatAnyLaterShowHasOverRotationCrashAndRestart) {
  RunningTrafrec follow({"show", log_, "--follow", "--json"});
  follow.WaitForError("waiting for a recorder to make it");
  auto recorder = Record(log_);
  Request(20);
  recorder->Signal(SIGUSR1);
  Request(20);
  WaitUntilWritten(40);
  recorder->Signal(SIGKILL);
  recorder->Finish();
  recorder = Record(log_);
  Request(20);
  WaitUntilWritten(20);
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);

  const std::vector<json> shown = Objects(Trafrec({"show", log_, "--json"}).out);
  ASSERT_EQ(shown.size(), 60U);
  for (const json& row : shown) {
    follow.WaitForOutput("\"" + row["id"].get<std::string>() + "\"");
  }
  follow.Signal(SIGINT);
  const Outcome ended = follow.Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(LastOfEach(Objects(ended.out)), LastOfEach(shown));
}

TEST_F(Follow, FiltersAreJudgedOnWhatComes) {
  const auto recorder = Record(log_);
  RunningTrafrec follow({"show", log_, "--follow", "--json", "--status", "404", "--limit", "2"});
  Request(5);
  EXPECT_EQ(Curl({server_.url() + "/missing?id=[1-2]"})->Finish().exit_code, 0);
  const Outcome ended = follow.Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(Objects(ended.out).size(), 2U);
}

TEST_F(Follow, WaitingForALogEndsByCtrlC) {
  RunningTrafrec follow({"show", log_, "--follow"});
  follow.WaitForError("waiting for a recorder to make it");
  follow.Signal(SIGINT);
  EXPECT_EQ(follow.Finish().exit_code, 0);
}

}  // namespace
}  // namespace trafrec::tools
