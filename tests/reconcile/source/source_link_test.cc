#include "reconcile/source/source_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcile/source/limits.h"
#include "tests/reconcile/source/fake_source.h"

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kLong = 3600 * kNsPerSecond;

TEST(SourceLink, WaitsBetweenRequests) {
  FakeSource source({"{}", "{}"});
  const auto link = SourceLink::Open(source.target(), source.pace(kLong)).value();
  ASSERT_TRUE(link->Ask("GET", "/"));
  EXPECT_THAT(source.waits(), ElementsAre());
  ASSERT_TRUE(link->Ask("GET", "/"));
  ASSERT_EQ(source.waits().size(), 1U);
  EXPECT_GT(source.waits()[0], 0);
  EXPECT_LE(source.waits()[0], kLong);
}

TEST(SourceLink, AsksABusySourceAgainAndLater) {
  FakeSource source({"429 {}", "503 {}", "{\"a\":1}"});
  const auto link = SourceLink::Open(source.target(), source.pace()).value();
  EXPECT_EQ(link->Ask("GET", "/").value(), "{\"a\":1}");
  EXPECT_THAT(source.waits(), ElementsAre(limits::kBusyPauseNs, 2 * limits::kBusyPauseNs));
  EXPECT_EQ(link->requests(), 3U);
}

TEST(SourceLink, GivesUpOnASourceThatStaysBusy) {
  FakeSource source(std::vector<std::string>(limits::kBusyTries, "429 {}"));
  const auto link = SourceLink::Open(source.target(), source.pace()).value();
  const auto answer = link->Ask("GET", "/_tasks");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what, HasSubstr("answers 429 to GET /_tasks"));
  EXPECT_EQ(answer.error().remedy, "ask again when it is less busy");
}

TEST(SourceLink, ARefusalNamesTheSourceItsReasonAndTheRemedy) {
  FakeSource source({R"(403 {"error":{"type":"security_exception","reason":"no rights"}})"});
  const auto link = SourceLink::Open(source.target(), source.pace()).value();
  const auto answer = link->Ask("POST", "/_mget", "{}");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kPermission);
  EXPECT_EQ(answer.error().what, "the source " + source.target().url +
                                     " answers 403 to POST /_mget (security_exception: no rights)");
  EXPECT_THAT(answer.error().remedy, HasSubstr("rights"));
}

TEST(SourceLink, ASourceThatIsGoneIsAnError) {
  const send::ClosedPort port;
  const auto link =
      SourceLink::Open({.name = "source", .url = "http://127.0.0.1:" + std::to_string(port.port())},
                       SourcePace::Usual())
          .value();
  const auto answer = link->Ask("GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().what, HasSubstr("source"));
}

}  // namespace
}  // namespace trafrec::reconcile
