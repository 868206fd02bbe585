// A log that still grows, in which a request hangs at the source.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/horizon.h"
#include "replay/plan/planner.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kPatienceMs = 50;

std::string Written(const std::string& id, int64_t seq_no) {
  return fmt::format(
      R"({{"_index":"i","_id":"{}","result":"created","_seq_no":{},"_primary_term":1}})", id,
      seq_no);
}

/// Exchange `number` writes document `id` and is answered at once.
Seen Answered(store::ExchangeNumber number, const std::string& id, int64_t seq_no) {
  return {.number = number,
          .target = "/i/_doc/" + id,
          .status = 201,
          .answer = Written(id, seq_no),
          .answered_ms = static_cast<int64_t>(number) + 1};
}
Seen Hanging(store::ExchangeNumber number, const std::string& id) {
  return {.number = number, .target = "/i/_doc/" + id};
}
Seen AnsweredLate(store::ExchangeNumber number, const std::string& id, int64_t seq_no,
                  int64_t answered_ms) {
  Seen seen = Answered(number, id, seq_no);
  seen.answered_ms = answered_ms;
  return seen;
}

/// What is planned of a log, pass by pass, as replay does with --follow.
class Following : public testing::Test {
 protected:
  /// "3" for exchange 3, "4/1" for one item of a bulk: what goes to the engine.
  std::vector<std::string> Pass() {
    std::vector<std::string> sent;
    const auto attempts = reader_->Progress().value();
    planner().Await(RunningAmong(attempts));
    const auto through = HorizonOf(attempts, kPatienceMs * kNsPerMs, since_);
    const Status planned = planner().Plan(
        since_, through, [&](std::unique_ptr<PlannedExchange> exchange) -> Result<bool> {
          Note(*exchange, sent);
          return true;
        });
    error_ = planned ? "" : planned.error().what;
    since_ = through;
    return sent;
  }
  void Note(const PlannedExchange& exchange, std::vector<std::string>& sent) {
    const bool single = exchange.operations.size() == 1;
    for (size_t i = 0; i < exchange.operations.size(); ++i) {
      const uint32_t item = exchange.meaning.operations[i].item;
      const std::string name = single ? fmt::format("{}", exchange.id.number)
                                      : fmt::format("{}/{}", exchange.id.number, item);
      if (exchange.operations[i].omission == Omission::kNone) {
        sent.push_back(name);
        orders_[name] = exchange.operations[i].order;
      } else if (exchange.operations[i].omission == Omission::kPassedOver) {
        told_.push_back(name);
      }
    }
  }
  Planner& planner() {
    if (planner_ == nullptr) {
      planner_ = std::make_unique<Planner>(*reader_, dialect::SearchDialect(), editor_, options_);
    }
    return *planner_;
  }
  /// Another life of the run: it begins where the last one was, and knows what that one told.
  void Resume(std::vector<PassedOver> known) {
    planner_.reset();
    planner().Recall(std::move(known));
  }

  test_support::TemporaryFolder folder_;
  GrowingLog log_{folder_ / "log"};
  std::unique_ptr<store::LogReader> reader_ = store::LogReader::Open(folder_ / "log").value();
  edit::Editor editor_ =
      edit::Editor::Load({.to = "http://127.0.0.1:1", .search_dialect = true}).value();
  PlanOptions options_;
  std::unique_ptr<Planner> planner_;
  std::optional<TimeNs> since_;
  std::map<std::string, order::SourceOperation> orders_;
  std::vector<std::string> told_;  ///< to the run's memory: passed over
  std::string error_;
};

TEST_F(Following, WhatHangsIsWaitedForAsLongAsPatienceSays) {
  log_.Put(Answered(1, "a", 0));
  log_.Put(Hanging(2, "b"));
  log_.Put(Answered(3, "c", 2));
  log_.Advance(2, 2 + kPatienceMs);
  EXPECT_THAT(Pass(), ElementsAre("1"));
  EXPECT_THAT(Pass(), IsEmpty());
  log_.Advance(2, 10 + kPatienceMs);
  EXPECT_THAT(Pass(), ElementsAre("3"));
  EXPECT_THAT(told_, ElementsAre("2"));
}

TEST_F(Following, WhatWasPassedOverComesWhenItsAnswerIsThere) {
  log_.Put(Answered(1, "a", 0));
  log_.Put(Hanging(2, "b"));
  log_.Advance(2, 200);
  Pass();
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(planner().passed_over(), 1U);
  log_.Put(AnsweredLate(2, "b", 1, 200));
  log_.Put(Answered(210, "c", 2));
  log_.Advance(300, 300);
  EXPECT_THAT(Pass(), ElementsAre("2", "210"));
  EXPECT_EQ(planner().passed_over(), 0U);
  EXPECT_EQ(planner().counts().operations, 3U);
  EXPECT_EQ(planner().counts().omitted[static_cast<size_t>(Omission::kPassedOver)], 0U);
}

TEST_F(Following, ItComesAfterWhatWasAnsweredBeforeThePlanCameBackToIt) {
  log_.Put(Hanging(2, "b"));
  log_.Advance(2, 200);
  Pass();
  Pass();
  log_.Put(AnsweredLate(2, "b", 1, 200));
  log_.Advance(300, 300);
  const TimeNs passed = *since_;
  EXPECT_THAT(Pass(), ElementsAre("2"));
  EXPECT_EQ(orders_["2"].began_at, passed);
  EXPECT_EQ(orders_["2"].answered_at, store::TimeOf(200));
}

TEST_F(Following, NobodyOvertakesItAtItsDocument) {
  log_.Put(Answered(1, "a", 0));
  log_.Put(Hanging(2, "b"));
  log_.Put(Answered(3, "b", 2));
  log_.Put(Answered(4, "c", 3));
  log_.Put(Answered(5, "b", 4));
  log_.Advance(2, 100);
  Pass();
  EXPECT_THAT(Pass(), ElementsAre("4"));
  EXPECT_THAT(told_, ElementsAre("2", "3", "5"));
  log_.Put(AnsweredLate(2, "b", 1, 100));
  log_.Advance(200, 200);
  EXPECT_THAT(Pass(), ElementsAre("2", "3", "5"));
}

TEST_F(Following, OfABulkOnlyTheItemsThatWriteItsDocumentWait) {
  log_.Put(Hanging(2, "b"));
  Seen bulk{.number = 3, .target = "/i/_bulk", .method = "POST", .status = 200};
  bulk.body =
      "{\"index\":{\"_id\":\"x\"}}\n{}\n{\"index\":{\"_id\":\"b\"}}\n{}\n"
      "{\"index\":{\"_id\":\"y\"}}\n{}\n";
  const auto item = [](const char* id, int seq_no) {
    return R"({"index":{"status":201,)" + Written(id, seq_no).substr(1) + "}";
  };
  bulk.answer = R"({"errors":false,"items":[)" + item("x", 2) + "," + item("b", 3) + "," +
                item("y", 4) + "]}";
  bulk.answered_ms = 4;
  log_.Put(bulk);
  log_.Advance(2, 100);
  Pass();
  EXPECT_THAT(Pass(), ElementsAre("3/0", "3/2"));
  log_.Put(AnsweredLate(2, "b", 1, 100));
  log_.Advance(200, 200);
  EXPECT_THAT(Pass(), ElementsAre("2", "3/1"));
}

TEST_F(Following, ADeletionOfTheIndexWaitsForWhatWaitsInIt) {
  log_.Put(Hanging(2, "b"));
  log_.Put({.number = 4,
            .target = "/i",
            .method = "DELETE",
            .status = 200,
            .answer = R"({"acknowledged":true})",
            .answered_ms = 5});
  log_.Put(Answered(7, "new", 0));
  log_.Advance(2, 100);
  Pass();
  EXPECT_THAT(Pass(), IsEmpty());
  log_.Put(AnsweredLate(2, "b", 1, 100));
  log_.Advance(200, 200);
  EXPECT_THAT(Pass(), ElementsAre("2", "4", "7"));
}

TEST_F(Following, OneThatEndsWithoutAnswerIsAPhantom) {
  options_.phantoms = Phantoms::kDrop;
  log_.Put(Hanging(2, "b"));
  log_.Put(Answered(3, "b", 2));
  log_.Advance(2, 100);
  Pass();
  Pass();
  log_.Close();
  EXPECT_THAT(Pass(), ElementsAre("3"));
  EXPECT_EQ(planner().counts().omitted[static_cast<size_t>(Omission::kPhantom)], 1U);
}

TEST_F(Following, ByDefaultAPhantomEndsThePlanAndAHangingRequestDoesNot) {
  log_.Put(Hanging(2, "b"));
  log_.Advance(2, 100);
  Pass();
  Pass();
  EXPECT_EQ(error_, "");
  log_.Close();
  Pass();
  EXPECT_THAT(error_, HasSubstr("(PUT /i/_doc/b)"));
}

TEST_F(Following, WhatTheUserSendsAnywayIsSentWhenPatienceIsOver) {
  options_.phantoms = Phantoms::kSend;
  log_.Put(Hanging(2, "b"));
  log_.Advance(2, 100);
  Pass();
  EXPECT_THAT(Pass(), ElementsAre("2"));
  log_.Put(AnsweredLate(2, "b", 1, 100));
  log_.Advance(200, 200);
  EXPECT_THAT(Pass(), IsEmpty());
}

TEST_F(Following, AnotherLifeOfTheRunComesBackToWhatThisOnePassedOver) {
  log_.Put(Hanging(2, "b"));
  log_.Put(Answered(3, "b", 2));
  log_.Advance(2, 100);
  Pass();
  Pass();
  log_.Put(AnsweredLate(2, "b", 1, 100));
  log_.Advance(200, 200);
  Resume({{.id = {"r", 1, 2}, .began_at = store::TimeOf(2)},
          {.id = {"r", 1, 3}, .began_at = store::TimeOf(3), .items = {0}}});
  EXPECT_THAT(Pass(), ElementsAre("2", "3"));
}

TEST_F(Following, AnotherLifeThatReadsOnceMoreWhatHangsDoesNotSendIt) {
  log_.Put(Hanging(2, "b"));
  log_.Put(Answered(3, "b", 2));
  log_.Put(Answered(4, "c", 3));
  log_.Advance(2, 100);
  Resume({{.id = {"r", 1, 2}, .began_at = store::TimeOf(2)},
          {.id = {"r", 1, 3}, .began_at = store::TimeOf(3), .items = {0}}});
  Pass();
  EXPECT_THAT(Pass(), ElementsAre("4"));
  EXPECT_EQ(planner().passed_over(), 2U);
}

TEST_F(Following, AServerThatComesLaterIsLookedAtBeforeAnythingOfItIsPlanned) {
  std::set<uint16_t> ports;
  options_.look_at_server = [&](const Endpoint& server) -> Status {
    ports.insert(server.port);
    return Fail(ErrorCode::kUsage, "it is the recorded source", "another target");
  };
  log_.Advance(1, 1);
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(error_, "");
  log_.Put(Answered(2, "a", 0));
  log_.Advance(10, 10);
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(error_, "it is the recorded source");
  EXPECT_EQ(ports.size(), 1U);
}

TEST_F(Following, TheAccountHasWhatIsPassedOverWhenItIsCaughtUpWith) {
  log_.Put(Answered(1, "a", 0));
  log_.Put(Hanging(2, "b"));
  log_.Advance(2, 200);
  Pass();
  Pass();
  EXPECT_EQ(planner().tally().selected, 1U);
  log_.Put(AnsweredLate(2, "b", 1, 200));
  log_.Put(Answered(210, "c", 2));
  log_.Advance(300, 300);
  Pass();
  // What is caught up with is in the account that its own exchange brings.
  EXPECT_EQ(planner().tally().selected, 2U);
}

TEST(HeldKeys, MeetWhatWritesTheSameAndNothingElse) {
  const auto document = [](const char* index, const char* id) {
    return dialect::Key{.scope = dialect::Scope::kDocument, .write = true, .name = index, .id = id};
  };
  const auto whole = [](const char* index) {
    return dialect::Key{.scope = dialect::Scope::kIndex, .write = true, .name = index};
  };
  HeldKeys held;
  held.Add({document("i", "a")});
  EXPECT_TRUE(held.Meets({document("i", "a")}));
  EXPECT_FALSE(held.Meets({document("i", "b"), document("j", "a")}));
  EXPECT_TRUE(held.Meets({whole("i*")}));
  EXPECT_FALSE(held.Meets({whole("j")}));
  held.Add({whole("j")});
  EXPECT_TRUE(held.Meets({document("j", "a")}));
}

}  // namespace
}  // namespace trafrec::plan
