// Redaction on its way from http to the store: what the records say. What is replaced in a text is
// tested beside the redaction itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "reassembly/redaction/limits.h"
#include "talk.h"
#include "tests/reassembly/redaction/redaction_fixture.h"

namespace trafrec::reassembly {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Talk::Options WithNames(const Named& named) { return {.redaction = MakeRedaction(named)}; }
const Named kPassword = {.pointers = {"/p"}};

std::string Doc(std::string_view secret) { return R"({"p":")" + std::string(secret) + R"("})"; }

TEST(Redaction, TheRecordOfTheExchangeIsRedactedLikeItsHead) {
  Talk talk(WithNames({.queries = {"token"}}));
  talk.Client("GET http://me:s3cret@es/i?token=s3cret HTTP/1.1\r\n\r\n").Server(Ok(""));
  talk.Close();
  const std::string target = "http://" + TokenOf("me:s3cret") + "@es/i?token=" + TokenOf("s3cret");
  EXPECT_EQ(talk.exchange(1).target, target);
  EXPECT_EQ(talk.exchange(1).host, TokenOf("me:s3cret") + "@es");
  EXPECT_THAT(talk.request(1).head, HasSubstr(" " + target + " "));
}

TEST(Redaction, InterimAnswersAndTrailersAreRedacted) {
  Talk talk(WithNames({}));
  talk.Client(Get("/")).Server("HTTP/1.1 103 Early Hints\r\nSet-Cookie: s3cret\r\n\r\n");
  talk.Server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: s3cret\r\n\r\n");
  talk.Close();
  EXPECT_THAT(talk.exchange(1).interim.at(0).head, HasSubstr(TokenOf("s3cret")));
  EXPECT_EQ(talk.response(1).trailers, "Set-Cookie: " + TokenOf("s3cret") + "\r\n");
}

TEST(Redaction, FactsDescribeTheStoredBody) {
  Talk talk(WithNames(kPassword));
  talk.Client(Post("/i", Doc("s3cret"))).Server(Ok("{}"));
  talk.Close();
  const std::string stored = Doc(TokenOf("s3cret"));
  EXPECT_EQ(talk.request(1).body, stored);
  EXPECT_EQ(talk.request(1).facts.body_bytes, stored.size());
  EXPECT_EQ(talk.request(1).facts.body_stored_bytes, stored.size());
  EXPECT_EQ(talk.request(1).facts.declared_bytes, Doc("s3cret").size());
  EXPECT_THAT(talk.flags(1), testing::ElementsAre("reencoded"));
  EXPECT_EQ(talk.counter("exchanges.flag.reencoded"), 1);
}

TEST(Redaction, AWithheldBodyLeavesItsLengthAndItsToken) {
  Talk talk(WithNames(kPassword));
  talk.Client(Post("/i", "p=s3cret")).Server(Ok("{}"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, TokenOf("p=s3cret"));
  EXPECT_EQ(talk.request(1).facts.body_bytes, 8);
  EXPECT_THAT(talk.flags(1), testing::ElementsAre("withheld"));
  EXPECT_EQ(talk.counter("exchanges.incomplete"), 1);
}

TEST(Redaction, ABodyBeyondTheLimitIsWithheldAndNotHeld) {
  const std::string body = Doc(std::string(limits::kRedactedBodyBytes, 's'));
  Talk talk(WithNames(kPassword));
  talk.ClientIn(size_t{64} << 10, Post("/i", body));
  EXPECT_LT(talk.memory_used(), limits::kRedactedBodyBytes / 2);
  talk.Server(Ok("{}"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, TokenOf(body));
  EXPECT_EQ(talk.request(1).facts.body_bytes, body.size());
}

TEST(Redaction, ABodyWithAHoleIsWithheld) {
  // Without the hole's bytes the secret would be another field's value.
  const std::string body = R"({"q":"", "p":"s3cret"})";
  Talk talk(WithNames(kPassword));
  talk.Client("POST / HTTP/1.1\r\nContent-Length: 22\r\n\r\n" + body.substr(0, 6));
  talk.ClientLost(8).Client(body.substr(14)).Server(Ok("{}"));
  talk.Close();
  EXPECT_THAT(talk.request(1).body, testing::StartsWith("redacted-"));
  EXPECT_THAT(talk.flags(1), Contains("withheld"));
}

TEST(Redaction, ALargeBodyIsPutInExtentsWhenItHasEnded) {
  const std::string rest(3 * limits::kExtentBytes, 'x');
  Talk talk(WithNames(kPassword));
  talk.ClientIn(1'000, Post("/i", R"({"p":"s3cret","q":")" + rest + R"("})")).Server(Ok("{}"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, R"({"p":")" + TokenOf("s3cret") + R"(","q":")" + rest + R"("})");
  EXPECT_GT(talk.request(1).extents, 1);
  EXPECT_THAT(talk.sink().broken, IsEmpty());
}

TEST(Redaction, ASlowBodyIsNotPutBeforeItHasEnded) {
  const std::string body = Doc("s3cret");
  Talk talk(WithNames(kPassword));
  talk.Client("POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
              body.substr(0, 10));
  talk.Wait(limits::kOpenRowNs).Tick();
  EXPECT_EQ(talk.request(1).body, "");
  EXPECT_EQ(talk.request(1).facts.body_stored_bytes, 0);
  talk.Client(body.substr(10)).Server(Ok("{}"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, Doc(TokenOf("s3cret")));
  EXPECT_EQ(talk.request(1).facts.body_stored_bytes, talk.request(1).body.size());
  EXPECT_THAT(talk.flags(1), testing::ElementsAre("reencoded"));
}

TEST(Redaction, ARequestWhoseAnswerIsLateKeepsItsFlags) {
  Talk talk(WithNames(kPassword));
  talk.Client(Post("/i", Doc("s3cret"))).Wait(2 * limits::kOpenRowNs).Tick();
  EXPECT_THAT(talk.flags(1), Contains("open"));
  talk.Server(Ok("{}"));
  talk.Close();
  EXPECT_EQ(talk.request(1).body, Doc(TokenOf("s3cret")));
  EXPECT_THAT(talk.flags(1), testing::ElementsAre("reencoded"));
}

TEST(Redaction, ACutDocumentIsWithheld) {
  Talk talk(WithNames(kPassword));
  talk.Client("POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n{\"p\":\"s3cret").ClientFin();
  talk.Close();
  EXPECT_THAT(talk.request(1).body, Not(HasSubstr("s3cret")));
  EXPECT_THAT(talk.flags(1), Contains("withheld"));
}

TEST(Redaction, WithoutItSecretsAreKept) {
  Talk talk;
  talk.Client("GET / HTTP/1.1\r\nCookie: s3cret\r\n\r\n").Server(Ok(""));
  talk.Close();
  EXPECT_THAT(talk.request(1).head, HasSubstr("s3cret"));
}

}  // namespace
}  // namespace trafrec::reassembly
