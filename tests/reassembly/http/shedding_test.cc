#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A read and a mutation, each with a body both ways, under a pressure.
struct Outcome {
  explicit Outcome(double pressure) : talk({.pressure = [pressure] { return pressure; }}) {
    talk.Tick();
    talk.Client(Post("/i/_search", "query")).Server(Ok("hits"));
    talk.Client(Post("/i/_doc", "document")).Server(Ok("created"));
    talk.Close();
  }
  Talk talk;
};

TEST(Shedding, NothingIsGivenUpBelowTheFirstStep) {
  Outcome outcome(limits::kShedReadAnswerBodies - 0.01);
  EXPECT_THAT(outcome.talk.flags(1), IsEmpty());
  EXPECT_THAT(outcome.talk.sink().losses, IsEmpty());
}

TEST(Shedding, BodiesOfAnswersToReadsGoFirst) {
  Outcome outcome(limits::kShedReadAnswerBodies);
  EXPECT_EQ(outcome.talk.request(1).body, "query");
  EXPECT_EQ(outcome.talk.response(1).body, "");
  EXPECT_EQ(outcome.talk.response(1).facts.body_bytes, 4);
  EXPECT_EQ(outcome.talk.response(1).facts.body_stored_bytes, 0);
  EXPECT_THAT(outcome.talk.flags(1), ElementsAre("body_shed"));
  EXPECT_EQ(outcome.talk.response(2).body, "created");
  EXPECT_THAT(outcome.talk.flags(2), IsEmpty());
}

TEST(Shedding, ThenBodiesOfReads) {
  Outcome outcome(limits::kShedReadBodies);
  EXPECT_EQ(outcome.talk.request(1).body, "");
  EXPECT_EQ(outcome.talk.request(2).body, "document");
}

TEST(Shedding, ThenWholeReads) {
  Outcome outcome(limits::kShedReads);
  EXPECT_THAT(outcome.talk.pairs(), ElementsAre("POST /i/_doc 200"));
  EXPECT_EQ(outcome.talk.counter("messages.shed.reads"), 2);
}

TEST(Shedding, MutationsGoLast) {
  Outcome outcome(limits::kShedMutations);
  EXPECT_THAT(outcome.talk.pairs(), IsEmpty());
  EXPECT_EQ(outcome.talk.counter("messages.shed.mutations"), 2);
}

TEST(Shedding, OneIntervalIsOneLoss) {
  Outcome outcome(limits::kShedReads);
  ASSERT_EQ(outcome.talk.sink().losses.size(), 1);
  const store::LossRecord& loss = outcome.talk.sink().losses[0];
  EXPECT_EQ(loss.cause, store::LossCause::kLoad);
  EXPECT_TRUE(loss.exact);
  EXPECT_GT(loss.bytes, 0);
}

}  // namespace
}  // namespace trafrec::reassembly
