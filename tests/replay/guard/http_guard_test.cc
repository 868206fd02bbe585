#include <gtest/gtest.h>

#include "tests/replay/guard/sent.h"

namespace trafrec::guard {
namespace {

Sent Unanswered(std::string_view line, std::string_view body = {}) {
  Sent sent = MakeSent(line, body, {}, dialect::HttpDialect());
  sent.Write(HttpGuard());
  sent.NoAnswer(HttpGuard());
  return sent;
}

TEST(HttpGuard, RequestsGoOutAsTheyAre) {
  Sent sent = MakeSent("PUT /x?a=%41", "body", {}, dialect::HttpDialect());
  EXPECT_EQ(sent.Write(HttpGuard()), *sent.request);
}

TEST(HttpGuard, APutIsDoneIfAGetShowsIt) {
  Sent sent = Unanswered("PUT /x?a", "body");
  const auto read = HttpGuard().ReadRequest(sent.parcel);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method + ' ' + read->target, "GET /x?a");
  sent.Read(200, "body", HttpGuard());
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(HttpGuard, WhatAReadingShowsHasTheOutcomeThatTheSourceHad) {
  dialect::Outcome created = AtSource(dialect::Fate::kCreated);
  created.status = 201;
  Sent sent = MakeSent("PUT /x", "body", {created}, dialect::HttpDialect());
  sent.Write(HttpGuard());
  sent.NoAnswer(HttpGuard());
  sent.Read(200, "body", HttpGuard());
  EXPECT_EQ(sent.item().result.fate, dialect::Fate::kCreated);
  EXPECT_EQ(sent.item().result.status, 201);
}

TEST(HttpGuard, ARefusalAtTheSourceIsNotWhatAReadingShows) {
  Sent sent =
      MakeSent("PUT /x", "body", {AtSource(dialect::Fate::kConflict)}, dialect::HttpDialect());
  sent.Write(HttpGuard());
  sent.NoAnswer(HttpGuard());
  sent.Read(200, "body", HttpGuard());
  EXPECT_EQ(sent.item().result.fate, dialect::Fate::kDone);
}

TEST(HttpGuard, APutThatAGetDoesNotShowIsDead) {
  for (const int status : {200, 404}) {
    Sent sent = Unanswered("PUT /x", "body");
    sent.Read(status, "other", HttpGuard());
    EXPECT_EQ(sent.item().stage, Stage::kDead) << status;
  }
}

TEST(HttpGuard, ADeleteIsDoneIfTheResourceIsGone) {
  for (const auto& [status, stage] : {std::pair(404, Stage::kDone), {200, Stage::kDead}}) {
    Sent sent = Unanswered("DELETE /x");
    sent.Read(status, "", HttpGuard());
    EXPECT_EQ(sent.item().stage, stage) << status;
  }
}

TEST(HttpGuard, AnUnansweredPostIsDead) {
  EXPECT_EQ(Unanswered("POST /x", "body").item().stage, Stage::kDead);
}

TEST(HttpGuard, ARunThatGoesOnDoesNotSendAPostTwice) {
  Sent sent = MakeSent("POST /x", "body", {}, dialect::HttpDialect());
  sent.item().stage = Stage::kInDoubt;
  ASSERT_TRUE(HttpGuard().ReadRequest(sent.parcel));
  sent.Read(200, "body", HttpGuard());
  EXPECT_EQ(sent.item().stage, Stage::kDead);
}

TEST(HttpGuard, AnUnansweredReadIsAskedAgain) {
  EXPECT_EQ(Unanswered("GET /x").item().stage, Stage::kRetry);
}

TEST(HttpGuard, ABusyServiceIsAskedAgain) {
  Sent sent = MakeSent("POST /x", "body", {}, dialect::HttpDialect());
  sent.Write(HttpGuard());
  sent.Answer(503, "", HttpGuard(), {{"Retry-After", "2"}});
  EXPECT_EQ(sent.item().stage, Stage::kRetry);
  EXPECT_EQ(sent.item().retry_after_ms, 2'000);
}

TEST(HttpGuard, AnyOtherAnswerIsTheEndOfIt) {
  for (const int status : {200, 204, 301, 404, 409, 500}) {
    Sent sent = MakeSent("POST /x", "body", {}, dialect::HttpDialect());
    sent.Write(HttpGuard());
    sent.Answer(status, "", HttpGuard());
    EXPECT_EQ(sent.item().stage, Stage::kDone) << status;
  }
}

}  // namespace
}  // namespace trafrec::guard
