#include <gmock/gmock.h>

#include <utility>

#include "tests/replay/guard/sent.h"

// What of a request that had no answer, or none that says anything, may go again.

namespace trafrec::guard {
namespace {

using testing::HasSubstr;

TEST(GuardResend, NothingSentIsNothingInDoubt) {
  Sent sent = Update();
  SearchGuard().TakeReply(sent.parcel, Reply{.sent = false, .failure = "connection refused"});
  EXPECT_EQ(sent.item().stage, Stage::kRetry);
  EXPECT_FALSE(sent.item().doubted);
  EXPECT_EQ(SearchGuard().ReadRequest(sent.parcel), std::nullopt);
}

TEST(GuardResend, ABusyTargetIsAskedAgainWhenItSays) {
  Sent sent = Update();
  sent.Answer(429, "", SearchGuard(), {{"retry-after", "7"}});
  EXPECT_EQ(sent.item().stage, Stage::kRetry);
  EXPECT_EQ(sent.item().retry_after_ms, 7'000);
}

TEST(GuardResend, ARetryAfterMayBeADateInEachOfTheFormsThatHttpHas) {
  for (const char* date : {"Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT",
                           "Sun Nov  6 08:50:07 1994"}) {
    Sent sent = Update();
    sent.Answer(503, "", SearchGuard(),
                {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Retry-After", date}});
    EXPECT_EQ(sent.item().retry_after_ms, 30'000) << date;
  }
}

TEST(GuardResend, AProxyThatGaveUpLeavesADoubt) {
  for (const int status : {408, 502, 504}) {
    Sent sent = Update();
    sent.Answer(status, "<html>");
    EXPECT_EQ(sent.item().stage, Stage::kInDoubt) << status;
  }
}

TEST(GuardResend, AnIdThatOnlyTheTargetGivesIsNotSentTwice) {
  Sent sent = MakeSent("POST /a/_doc", "{}");
  sent.Write();
  sent.NoAnswer();
  EXPECT_EQ(sent.item().stage, Stage::kDead);
}

TEST(GuardResend, AByQueryOperationIsNotSentTwice) {
  Sent sent = MakeSent("POST /a/_update_by_query", "{}");
  sent.Write();
  sent.NoAnswer();
  EXPECT_EQ(sent.item().stage, Stage::kDead);
  EXPECT_THAT(sent.item().why, HasSubstr("connection reset"));
}

TEST(GuardResend, ARunThatGoesOnDoesNotSendTwiceWhatNothingGuards) {
  for (const std::string_view line : {"POST /a/_update_by_query", "POST /a/_doc", "PUT /_x/y"}) {
    Sent sent = MakeSent(line, "{}");
    sent.item().stage = Stage::kInDoubt;
    ASSERT_TRUE(SearchGuard().ReadRequest(sent.parcel)) << line;
    sent.Read(200, "");
    EXPECT_EQ(sent.item().stage, Stage::kDead) << line;
  }
}

TEST(GuardResend, AnIndexThatIsThereWasMade) {
  Sent sent = MakeSent("PUT /a?wait_for_active_shards=1", "{}");
  sent.Write();
  sent.NoAnswer();
  const auto read = SearchGuard().ReadRequest(sent.parcel);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->method + ' ' + read->target, "HEAD /a");
  sent.Read(200, "");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardResend, AnIndexIsNotDeletedTwice) {
  for (const auto& [status, stage] : {std::pair(404, Stage::kDone), {200, Stage::kDead}}) {
    Sent sent = MakeSent("DELETE /a");
    sent.Write();
    sent.NoAnswer();
    sent.Read(status, "");
    EXPECT_EQ(sent.item().stage, stage) << status;
  }
}

TEST(GuardResend, AReadIsAskedAgain) {
  Sent sent = MakeSent("GET /a/_search");
  sent.Write();
  sent.NoAnswer();
  EXPECT_EQ(sent.item().stage, Stage::kRetry);
}

}  // namespace
}  // namespace trafrec::guard
