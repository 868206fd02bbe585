// What a run that ends early leaves: of what was not carried out for sure nothing is in doubt, and
// of a target that never answered nothing is given up. POSTs of plain HTTP show it: a copy in doubt
// cannot be asked for, so a resume gives it up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::replay {
namespace {

using send::Peer;
using send::ScriptedServer;
using testing::HasSubstr;

std::string Answer(int status) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n";
}

/// So many POSTs that do not wait for each other, each answered with 201.
std::vector<Recorded> Posts(int count) {
  std::vector<Recorded> log;
  for (int i = 0; i < count; ++i) {
    log.push_back({.method = "POST",
                   .target = "/p/" + std::to_string(i),
                   .body = "{}",
                   .began_ms = i,
                   .answered_ms = count,
                   .status = 201});
  }
  return log;
}

/// Takes everything, and counts what it was asked.
class Working {
 public:
  std::string url() const { return server_.url(); }
  int asked(const std::string& method) { return method == "POST" ? posts_ : others_; }

 private:
  std::atomic<int> posts_ = 0;
  std::atomic<int> others_ = 0;
  ScriptedServer server_{{ScriptedServer::Answering([this](const std::string& request) {
    ++(request.starts_with("POST ") ? posts_ : others_);
    return Answer(201);
  })}};
};

size_t InDoubt(const SmallRun& run) { return run.Memory()->InDoubt().value().size(); }

struct PlainRun : SmallRun {
  PlainRun(const std::string& target, int posts) : SmallRun(target, Posts(posts)) {
    search = false;
    options.retry = {.tries = 2, .first_pause_ms = 1};
  }
};

/// Nothing of the run is in doubt, and it goes on with another target: so many are sent, all done.
void ExpectResumeSends(PlainRun& run, int posts) {
  EXPECT_EQ(InDoubt(run), 0U);
  Working target;
  run.url = target.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(target.asked("POST"), posts);
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

TEST(Undone, WhatCouldNotBeSentIsSentByAResumeAsIfForTheFirstTime) {
  const send::ClosedPort port;
  PlainRun run("http://127.0.0.1:" + std::to_string(port.port()), 5);
  ASSERT_FALSE(run.Send());
  ExpectResumeSends(run, 5);
}

/// A target that answers once and is gone then; meanwhile the run is paused, so that nothing is on
/// its way to it when it goes.
class GoesAway {
 public:
  std::string url() const { return server_->url(); }
  void Steer(Engine& engine) {
    seen_.get_future().wait();
    engine.Pause(true);
    may_answer_.set_value();
    server_.reset();
    engine.Pause(false);
  }

 private:
  std::promise<void> seen_;
  std::promise<void> may_answer_;
  std::unique_ptr<ScriptedServer> server_ =
      std::make_unique<ScriptedServer>(std::vector<ScriptedServer::Script>{[this](Peer& peer) {
        peer.ReadRequest();
        seen_.set_value();
        may_answer_.get_future().wait();
        peer.Write("HTTP/1.1 201 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      }});
};

TEST(Undone, WhatWaitedForATargetThatWentAwayIsSentByAResume) {
  GoesAway away;
  PlainRun run(away.url(), 5);
  run.options.patience_ns = 0;
  const Status sent = run.Send(false, [&](Engine& engine) { away.Steer(engine); });
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("was away"));
  ExpectResumeSends(run, 4);
}

TEST(Undone, WhatWaitedForItWhenSomebodyStoppedTheRunIsSentByAResume) {
  GoesAway away;
  PlainRun run(away.url(), 5);
  ASSERT_TRUE(run.Send(false, [&](Engine& engine) {
    away.Steer(engine);
    while (engine.progress().trouble.empty()) {
      std::this_thread::yield();
    }
    engine.Stop();
    engine.Stop();
  }));
  ExpectResumeSends(run, 4);
}

TEST(Undone, WhatWasAnsweredByARequestForCredentialsIsSentByAResume) {
  const ScriptedServer locked({ScriptedServer::Answering(Answer(401))});
  PlainRun run(locked.url(), 5);
  ASSERT_FALSE(run.Send());
  ExpectResumeSends(run, 5);
}

TEST(Undone, AWriteWhoseEarlierCopyIsInDoubtStaysSoWhenItsLastOneWasRefused) {
  // The first copy gets no answer, the reading finds nothing, and the second copy is told 401.
  std::atomic<int> writes = 0;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    if (request.starts_with("PUT /i/_doc/a")) {
      return ++writes == 1 ? Answer(504) : Answer(401);
    }
    return std::nullopt;
  });
  SmallRun run(target.url(), {Created("b", 0, 1, 0), Created("a", 2, 3, 1)});
  run.options.concurrency = 1;
  run.options.retry.first_pause_ms = 1;
  ASSERT_FALSE(run.Send());
  EXPECT_EQ(InDoubt(run), 1U);
}

class Silent : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Undone, Silent, testing::Values("", "SSH-2.0-x\r\n", Answer(502)));

TEST_P(Silent, ATargetThatNeverAnsweredKillsNothingAndLeavesOneInDoubt) {
  const ScriptedServer silent({[](Peer& peer) {
    if (!peer.ReadRequest().empty()) {
      peer.Write(GetParam());
    }
  }});
  PlainRun run(silent.url(), 20);
  for (const bool resume : {false, true}) {
    ASSERT_FALSE(run.Send(resume));
    EXPECT_EQ(run.progress.counts.dead, 0U);
    EXPECT_EQ(InDoubt(run), 1U);
  }
  EXPECT_EQ(run.Memory()->Letters({}).value().size(), 0U);
  Working target;
  run.url = target.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(target.asked("POST"), 19);
  EXPECT_EQ(run.progress.counts.dead, 1U);
}

TEST(Undone, WhatCannotBeAskedForIsUndecidable) {
  std::atomic<int> posts = 0;
  const ScriptedServer target({[&](Peer& peer) {
    while (!peer.ReadRequest().empty() && ++posts != 2) {
      peer.Write(Answer(201));
    }
  }});
  PlainRun run(target.url(), 3);
  run.options.concurrency = 1;
  ASSERT_TRUE(run.Send());
  const auto letters = run.Memory()->Letters({}).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "undecidable");
}

}  // namespace
}  // namespace trafrec::replay
