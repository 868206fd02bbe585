#include "reconcile/history/alignment.h"

#include <gmock/gmock.h>

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// A client's and a server's flow; requests have 100 bytes, answers 10.
class Flows {
 public:
  Flows& Request(const std::string& id, std::optional<uint64_t> has = {}) {
    requests_.push_back({.offset = sent_,
                         .bytes = 100,
                         .ack = has,
                         .shape = {.kind = Shape::Kind::kWrite, .ids = {id}}});
    sent_ += 100;
    return *this;
  }
  Flows& Answer(const std::string& id, std::optional<uint64_t> had = {}) {
    answers_.push_back({.offset = said_,
                        .bytes = 10,
                        .ack = had,
                        .shape = {.kind = Shape::Kind::kWrite, .ids = {id}}});
    said_ += 10;
    return *this;
  }
  /// One, by its length.
  Flows& LoseRequest() {
    sent_ += 100;
    return *this;
  }
  Flows& LoseAnswers() {
    said_ += 30;
    return *this;
  }

  std::vector<std::pair<size_t, size_t>> Aligned() const {
    return Align(requests_, answers_, sent_, 90);
  }

 private:
  std::vector<FlowMessage> requests_;
  std::vector<FlowMessage> answers_;
  uint64_t sent_ = 0;
  uint64_t said_ = 0;
};

TEST(Align, WithoutLossesAnswersComeInTheOrderOfRequests) {
  EXPECT_THAT(Flows().Request("a").Request("a").Answer("a").Answer("a").Aligned(),
              ElementsAre(Pair(0, 0), Pair(1, 1)));
}

TEST(Align, BehindALossNamesShowThatNothingIsShifted) {
  EXPECT_THAT(Flows()
                  .LoseRequest()
                  .Request("a")
                  .Request("b")
                  .Request("c")
                  .LoseAnswers()
                  .Answer("a")
                  .Answer("b")
                  .Answer("c")
                  .Aligned(),
              ElementsAre(Pair(0, 0), Pair(1, 1), Pair(2, 2)));
}

TEST(Align, WhereAShiftWouldFitNothingIsCertain) {
  EXPECT_THAT(Flows()
                  .LoseRequest()
                  .Request("a")
                  .Request("a")
                  .LoseAnswers()
                  .Answer("a")
                  .Answer("a")
                  .Aligned(),
              IsEmpty());
}

TEST(Align, WhereAllMayHaveBeenAskedForByWhatWasLostNothingIsCertain) {
  EXPECT_THAT(Flows().LoseRequest().Request("a").LoseAnswers().Answer("a").Aligned(), IsEmpty());
}

TEST(Align, AHoleHoldsNoMoreRequestsThanItHasRoomFor) {
  EXPECT_THAT(Flows().LoseRequest().Request("a").Answer("x").Answer("a").Aligned(),
              ElementsAre(Pair(0, 1)));
}

TEST(Align, NoAnswerComesBeforeItsRequest) {
  // The first answer was sent when the server had only what was lost.
  EXPECT_THAT(Flows().LoseRequest().Request("a").Answer("a", 100).Answer("a", 200).Aligned(),
              ElementsAre(Pair(0, 1)));
}

TEST(Align, NoAnswerBeginsBeforeWhatTheClientHadWhenItAsked) {
  // The client had the first answer already.
  EXPECT_THAT(Flows().LoseRequest().Request("a", 10).Answer("a").Answer("a").Aligned(),
              ElementsAre(Pair(0, 1)));
}

TEST(Align, TheLastRequestsMayHaveNoAnswer) {
  EXPECT_THAT(Flows().Request("a").Request("b").Answer("a").Aligned(), ElementsAre(Pair(0, 0)));
}

TEST(Align, MessagesThatDoNotFitAtAllArePairedWithNothing) {
  EXPECT_THAT(Flows().Request("a").Answer("b").Aligned(), IsEmpty());
}

TEST(Align, AnAnswerThatSaysNothingMayBeToAnything) {
  const Shape write{.kind = Shape::Kind::kWrite, .ids = {"a"}};
  EXPECT_TRUE(write.Fits({}));
  EXPECT_TRUE(Shape().Fits(write));
  EXPECT_FALSE(write.Fits({.kind = Shape::Kind::kGet, .ids = {"a"}}));
  EXPECT_FALSE(write.Fits({.kind = Shape::Kind::kWrite, .ids = {"a", "b"}}));
}

}  // namespace
}  // namespace trafrec::reconcile
