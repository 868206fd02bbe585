#include "reconcile/history/server_lives.h"

#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

const Endpoint kServer{.address = {}, .port = 9200};

TEST(ServerLives, AnAnswerOnAnOlderConnectionShowsThatTheServerDidNotDie) {
  ServerLives lives;
  lives.Note("source", kServer, {10, 30});
  EXPECT_TRUE(lives.LivedOnAt("source", kServer, 20));
  EXPECT_FALSE(lives.LivedOnAt("source", kServer, 40));
  EXPECT_FALSE(lives.LivedOnAt("source", kServer, 10));
}

TEST(ServerLives, AConnectionThatBeganWhereAnotherEndedShowsNothingOfTheTimeInBetween) {
  ServerLives lives;
  lives.Note("source", kServer, {10, 20});
  lives.Note("source", kServer, {20, 30});
  EXPECT_FALSE(lives.LivedOnAt("source", kServer, 20));
  lives.Note("source", kServer, {15, 25});
  EXPECT_TRUE(lives.LivedOnAt("source", kServer, 20));
}

TEST(ServerLives, ConnectionsOfAnotherServerOrRecorderShowNothing) {
  ServerLives lives;
  lives.Note("source", {.address = {}, .port = 9201}, {10, 30});
  lives.Note("other", kServer, {10, 30});
  EXPECT_FALSE(lives.LivedOnAt("source", kServer, 20));
  EXPECT_FALSE(lives.AnsweredAfter("source", kServer, 20));
}

TEST(ServerLives, ItAnsweredUntilTheLastAnswerOfAll) {
  ServerLives lives;
  lives.Note("source", kServer, {10, 50});
  lives.Note("source", kServer, {20, 30});
  EXPECT_TRUE(lives.AnsweredAfter("source", kServer, 49));
  EXPECT_FALSE(lives.AnsweredAfter("source", kServer, 50));
}

}  // namespace
}  // namespace trafrec::reconcile
