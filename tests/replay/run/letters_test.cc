// The words by which dead letters are chosen: each says what happened.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

/// Of one document beside another one, whose writes are answered so; and of the only letter what
/// it says.
std::string ReasonWith(const FakeSearch::Intercept& intercept) {
  FakeSearch target(intercept);
  SmallRun run(target.url(), {Created("b", 0, 1, 0), Created("a", 2, 3, 1)});
  run.options.concurrency = 1;
  run.options.retry = {.tries = 8, .first_pause_ms = 1, .longest_pause_ms = 1};
  const Status sent = run.Send();
  EXPECT_TRUE(sent);
  const auto letters = run.Memory()->Letters({}).value();
  EXPECT_EQ(letters.size(), 1U);
  return letters.empty() ? "" : letters[0].reason;
}

FakeSearch::Intercept Writes(const std::string& answer) {
  return [answer](const std::string& request) {
    return request.starts_with("PUT /i/_doc/a") ? std::optional(answer) : std::nullopt;
  };
}

TEST(Letters, OfADocumentThatSomebodyElseWritesAreContested) {
  EXPECT_EQ(ReasonWith(Writes(JsonAnswer(
                409, R"({"error":{"type":"version_conflict_engine_exception"},"status":409})"))),
            "contested");
}

TEST(Letters, OfWhatTheTargetForbidsAreForbidden) {
  EXPECT_EQ(ReasonWith(
                Writes(JsonAnswer(403, R"({"error":{"type":"security_exception"},"status":403})"))),
            "forbidden");
}

TEST(Letters, OfWhatTheTargetFailsOnAreFailing) {
  EXPECT_EQ(ReasonWith(Writes(JsonAnswer(500, R"({"error":{"type":"x"},"status":500})"))),
            "failing");
}

TEST(Letters, OfWhatATargetIsTooBusyForAreBusy) {
  EXPECT_EQ(ReasonWith(Writes(JsonAnswer(429, R"({"error":{"type":"x"},"status":429})"))), "busy");
}

TEST(Letters, OfWhatGetsNoAnswerAndWasNotCarriedOutAreUnanswered) {
  EXPECT_EQ(ReasonWith(Writes(JsonAnswer(408, "{}"))), "unanswered");
}

TEST(Letters, OfADocumentThatCannotBeReadAreUnreadable) {
  EXPECT_EQ(ReasonWith([](const std::string& request) -> std::optional<std::string> {
              if (request.starts_with("PUT /i/_doc/a")) {
                return JsonAnswer(408, "{}");
              }
              return request.starts_with("POST /_mget")
                         ? std::optional(JsonAnswer(400, R"({"error":{"type":"x"}})"))
                         : std::nullopt;
            }),
            "unreadable");
}

TEST(Letters, OfWhatNoRequestCanBeMadeOfAreUnsendable) {
  FakeSearch target;
  SmallRun run(target.url(), {Created("b", 0, 1, 0),
                              {.method = "PUT",
                               .target = "/a b",
                               .body = "{}",
                               .began_ms = 2,
                               .answered_ms = 3,
                               .status = 201}});
  run.search = false;
  ASSERT_TRUE(run.Send());
  const auto letters = run.Memory()->Letters({}).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "unsendable");
}

}  // namespace
}  // namespace trafrec::replay
