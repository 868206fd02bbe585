#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using send::ScriptedServer;
using testing::AllOf;
using testing::HasSubstr;

bool IsWrite(const std::string& request) { return request.starts_with("PUT"); }
bool IsReading(const std::string& request) { return request.find("/_mget") != std::string::npos; }

std::string PageAnswer(int status, const std::string& title, const std::string& fields = "") {
  const std::string page = "<html><head><title>" + title + "</title></head></html>";
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: text/html\r\n" + fields +
         "Content-Length: " + std::to_string(page.size()) + "\r\n\r\n" + page;
}

/// Two documents: the first write goes without a reading, the second needs one.
std::vector<Recorded> TwoDocuments() { return {Created("a", 0, 1, 0), Updated("b", 2, 3, 2)}; }

TEST(WrongTarget, APageInThePlaceOfAnAnswerEndsTheRunWithWhatItSays) {
  const ScriptedServer target(
      {ScriptedServer::Answering(PageAnswer(400, "400 No required SSL certificate was sent"))});
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what,
              AllOf(HasSubstr("PUT /i/_doc/a with 400"), HasSubstr("No required SSL certificate")));
  EXPECT_THAT(sent.error().remedy, HasSubstr("--cert"));
}

TEST(WrongTarget, WhatItsPageAnsweredIsNotDone) {
  const ScriptedServer target({ScriptedServer::Answering(PageAnswer(200, "It works"))});
  SmallRun run(target.url(), TwoDocuments());
  ASSERT_FALSE(run.Send());
  EXPECT_EQ(run.progress.counts.answered, 0U);
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

TEST(WrongTarget, ARedirectionEndsTheRunAndSaysWhereItPoints) {
  const ScriptedServer target({ScriptedServer::Answering(
      PageAnswer(301, "moved", "Location: https://search.example/\r\n"))});
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("'https://search.example/'"));
}

TEST(WrongTarget, APageOfAProxyThatDoesNotReachItIsAskedAgain) {
  std::atomic<bool> away = true;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    return IsWrite(request) && away.exchange(false)
               ? std::optional(PageAnswer(503, "503 Service Temporarily Unavailable"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.options.retry.first_pause_ms = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.VersionOf("a"), 1);
}

TEST(WrongTarget, APageAfterAWriteWasTakenEndsNothing) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.find("/b") != std::string::npos
               ? std::optional(PageAnswer(413, "413 Request Entity Too Large"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 2, 3, 1)});
  run.options.concurrency = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.otherwise, 1U);
}

TEST(WrongTarget, AReadingThatAsksForCredentialsEndsTheRunAndKillsNothing) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return IsReading(request) ? std::optional(JsonAnswer(401, "{}")) : std::nullopt;
  });
  SmallRun run(target.url(), {Updated("b", 2, 3, 2)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, AllOf(HasSubstr("401 to POST /"), HasSubstr("credentials")));
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

TEST(WrongTarget, AFirstWriteThatIsForbiddenEndsTheRun) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return IsWrite(request) ? std::optional(JsonAnswer(403, R"({"message":"signature"})"))
                            : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what,
              AllOf(HasSubstr("403 to PUT /i/_doc/a"), HasSubstr("it says 'signature'")));
  EXPECT_EQ(run.progress.counts.answered, 0U);
}

TEST(WrongTarget, AFirstWriteToAnIndexThatIsBlockedGoesAgain) {
  std::atomic<bool> blocked = true;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    return IsWrite(request) && blocked.exchange(false)
               ? std::optional(JsonAnswer(
                     403, R"({"error":{"type":"cluster_block_exception","reason":"index [i] )"
                          R"(blocked by: [FORBIDDEN/8/index write (api)];"},"status":403})"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.options.retry.first_pause_ms = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.VersionOf("a"), 1);
}

/// A bulk of one document that the source took.
Recorded BulkOf(const std::string& id) { return Bulk({{id, 0}}, 0, 1, "{}", "created"); }

std::string ForbiddenItem() {
  return JsonAnswer(200, R"({"errors":true,"items":[{"index":{"_index":"i","_id":"a","status":403,)"
                         R"("error":{"type":"security_exception","reason":"no permissions"}}}]})");
}

TEST(WrongTarget, AFirstBulkOfWhichEachItemIsForbiddenEndsTheRun) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.starts_with("POST /_bulk") ? std::optional(ForbiddenItem()) : std::nullopt;
  });
  SmallRun run(target.url(), {BulkOf("a")});
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, AllOf(HasSubstr("403 to each item of POST /_bulk"),
                                       HasSubstr("it says 'no permissions'")));
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

TEST(WrongTarget, ABulkOfWhichEachItemIsForbiddenAfterOthersWereTakenIsDead) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.starts_with("POST /_bulk") ? std::optional(ForbiddenItem()) : std::nullopt;
  });
  Recorded bulk = BulkOf("a");
  bulk.began_ms = 2;
  bulk.answered_ms = 3;
  SmallRun run(target.url(), {Created("b", 0, 1, 0), bulk});
  run.options.concurrency = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
}

TEST(WrongTarget, AWriteThatIsForbiddenAfterOthersWereTakenIsDead) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return request.find("/b") != std::string::npos ? std::optional(JsonAnswer(403, "{}"))
                                                   : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 2, 3, 1)});
  run.options.concurrency = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
}

Recorded Template() {
  return {.method = "PUT",
          .target = "/_index_template/t",
          .body = "{}",
          .answered_ms = 1,
          .status = 200,
          .answer = R"({"acknowledged":true})"};
}

class NotLetIn : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(WrongTarget, NotLetIn,
                         testing::Values(JsonAnswer(401, "{}"), JsonAnswer(403, "{}"),
                                         PageAnswer(302, "moved", "Location: https://x/\r\n"),
                                         PageAnswer(200, "It works")));

TEST_P(NotLetIn, AdministrationThatComesFirstEndsTheRunAndIsSentByAResume) {
  const ScriptedServer wrong({ScriptedServer::Answering(GetParam())});
  SmallRun run(wrong.url(), {Template()});
  ASSERT_FALSE(run.Send());
  std::atomic<int> templates = 0;
  const ScriptedServer right({ScriptedServer::Answering([&](const std::string& request) {
    templates += request.starts_with("PUT /_index_template/t") ? 1 : 0;
    return JsonAnswer(200, R"({"acknowledged":true})");
  })});
  run.url = right.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(templates, 1);
  EXPECT_EQ(run.progress.counts.dead, 0U);
}

/// Of plain HTTP: so many requests that the source took.
struct PlainRun : SmallRun {
  explicit PlainRun(size_t puts)
      : SmallRun(
            "",
            std::vector<Recorded>(
                puts,
                {.method = "PUT", .target = "/p", .body = "x", .answered_ms = 1, .status = 201})) {
    search = false;
  }
};

TEST(WrongTarget, TenFirstErrorsWhereTheSourceHadNoneEndTheRunAndCountForNothing) {
  const ScriptedServer wrong({ScriptedServer::Answering(
      PageAnswer(400, "400 The plain HTTP request was sent to HTTPS port"))});
  PlainRun run(30);
  run.url = wrong.url();
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("plain HTTP request was sent to HTTPS"));
  std::atomic<int> asked = 0;
  const ScriptedServer right({ScriptedServer::Answering([&](const std::string&) {
    ++asked;
    return JsonAnswer(201, "");
  })});
  run.url = right.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(asked, 30);
}

TEST(WrongTarget, FewerFirstErrorsAreOutcomes) {
  const ScriptedServer target({ScriptedServer::Answering(PageAnswer(400, "no"))});
  PlainRun run(9);
  run.url = target.url();
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.otherwise, 9U);
  EXPECT_EQ(run.Memory()->CountStates()->answered, 9U);
}

}  // namespace
}  // namespace trafrec::replay
