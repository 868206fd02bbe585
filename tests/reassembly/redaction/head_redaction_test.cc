#include <gmock/gmock.h>

#include "redaction_fixture.h"

namespace trafrec::reassembly {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Redacted(std::string_view head, const Named& named = {}) {
  Redactor redactor(MakeRedaction(named));
  return std::string(redactor.Head(head));
}

std::string WithField(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\nAccept: */*\r\n\r\n";
}

TEST(HeadRedaction, AHeadWithoutSecretsIsLeftWhereItIs) {
  Redactor redactor(MakeRedaction());
  const std::string head = WithField("X-Other: 1");
  EXPECT_EQ(redactor.Head(head).data(), head.data());
}

TEST(HeadRedaction, CredentialsAreReplacedAndNothingElse) {
  EXPECT_EQ(Redacted(WithField("Authorization: Basic czNjcmV0")),
            WithField("Authorization: " + TokenOf("Basic czNjcmV0")));
}

class SecretField : public testing::TestWithParam<const char*> {};

TEST_P(SecretField, IsSecretWithoutBeingNamed) {
  EXPECT_THAT(Redacted(WithField(std::string(GetParam()) + ": s3cret")), Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(ByName, SecretField,
                         testing::Values("Authorization", "authorization", "PROXY-AUTHORIZATION",
                                         "Cookie", "Set-Cookie", "X-Api-Key", "Api-Key", "ApiKey",
                                         "X-Auth-Token", "es-secondary-authorization"));

class OddLine : public testing::TestWithParam<const char*> {};

TEST_P(OddLine, IsReadAsTheMostLenientServerWould) {
  EXPECT_THAT(Redacted(GetParam()), Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(
    ByForm, OddLine,
    testing::Values("GET / HTTP/1.1\nCookie: s3cret\n\n",
                    "GET / HTTP/1.1\r\nCookie : s3cret\r\n\r\n",
                    "GET / HTTP/1.1\r\n Cookie: s3cret\r\n\r\n",
                    "GET / HTTP/1.1\r\nX: 1\rCookie: s3cret\r\n\r\n",
                    "GET / HTTP/1.1\r\nCookie: a\r\n s3cret\r\n\ts3cret\r\n\r\n",
                    "GET / HTTP/1.1\r\nCookie:s3cret",
                    "GET / HTTP/1.1\r\nCookie:\r\n s3cret\r\n\r\n",
                    "GET / HTTP/1.1\r\nCookie: a\r\nCookie: s3cret\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nSet-Cookie: s3cret; Path=/\r\n\r\n",
                    "GET http://me:s3cret@host/ HTTP/1.1\r\n\r\n",
                    "HTTP/1.1 302 Found\r\nLocation: https://me:s3cret@host/\r\n\r\n"));

TEST(HeadRedaction, TheSameSecretHasTheSameTokenWhateverBlanksAreAround) {
  EXPECT_THAT(Redacted(WithField("Cookie:   s3cret  ")), HasSubstr(TokenOf("s3cret")));
}

TEST(HeadRedaction, AnotherKeyGivesAnotherToken) {
  EXPECT_NE(TokenOf("s3cret", 1), TokenOf("s3cret", 2));
}

TEST(HeadRedaction, ANamedFieldIsSecretToo) {
  EXPECT_EQ(Redacted(WithField("X-Session: s3cret"), {.headers = {"x-SESSION"}}),
            WithField("X-Session: " + TokenOf("s3cret")));
}

TEST(HeadRedaction, TrailersAreFields) {
  Redactor redactor(MakeRedaction());
  EXPECT_EQ(redactor.Fields("Cookie: s3cret\r\nX-Sum: 1\r\n"),
            "Cookie: " + TokenOf("s3cret") + "\r\nX-Sum: 1\r\n");
}

std::string Target(std::string_view target, const char* name = "token") {
  Redactor redactor(MakeRedaction({.queries = {name}}));
  return std::string(redactor.Target(target));
}

TEST(UrlRedaction, ANamedParameterIsReplacedWhereverItStands) {
  EXPECT_EQ(Target("/i?token=s3cret&q=1"), "/i?token=" + TokenOf("s3cret") + "&q=1");
  EXPECT_EQ(Target("/i?q=1&token=s3cret"), "/i?q=1&token=" + TokenOf("s3cret"));
  EXPECT_EQ(Target("/i?q=1;token=s3cret"), "/i?q=1;token=" + TokenOf("s3cret"));
  EXPECT_EQ(Target("/i#token=s3cret"), "/i#token=" + TokenOf("s3cret"));
}

TEST(UrlRedaction, OtherParametersStay) {
  for (const char* target : {"/", "/i?tokens=1", "/i?q=token", "/i?token", "/token=1", "*"}) {
    EXPECT_EQ(Target(target), target);
  }
}

TEST(UrlRedaction, NamesAndValuesAreComparedDecoded) {
  EXPECT_EQ(Target("/i?%54oken=s3%63ret"), "/i?%54oken=" + TokenOf("s3cret"));
}

TEST(UrlRedaction, AllThatAServerMayTakeForTheValueIsReplaced) {
  EXPECT_EQ(Target("/i?token=a;b#c=d e&q=1"), "/i?token=" + TokenOf("a;b#c=d e") + "&q=1");
}

TEST(UrlRedaction, TheStartLineOfTheHeadSaysTheSameAsTheTarget) {
  const Named named{.queries = {"token"}};
  EXPECT_EQ(Redacted("GET /i?token=s3cret HTTP/1.1\r\n\r\n", named),
            "GET " + Target("/i?token=s3cret") + " HTTP/1.1\r\n\r\n");
}

TEST(UrlRedaction, OtherFieldsMayQuoteTheUrl) {
  const Named named{.queries = {"token"}};
  EXPECT_EQ(Redacted(WithField("Referer: http://a/?token=s3cret"), named),
            WithField("Referer: http://a/?token=" + TokenOf("s3cret")));
  EXPECT_EQ(Redacted(WithField("Link: <http://a/?token=s3cret>; rel=next"), named),
            WithField("Link: <http://a/?token=" + TokenOf("s3cret") + ">; rel=next"));
}

TEST(UrlRedaction, CredentialsBeforeAHostAreSecretWithoutBeingNamed) {
  Redactor redactor(MakeRedaction());
  EXPECT_EQ(redactor.Target("http://me:pw@host:9200/x@y"),
            "http://" + TokenOf("me:pw") + "@host:9200/x@y");
  EXPECT_EQ(redactor.Host("me:pw@host:9200"), TokenOf("me:pw") + "@host:9200");
  EXPECT_EQ(redactor.Host("host:9200"), "host:9200");
}

TEST(UrlRedaction, AnAddressOfMailIsNoCredential) {
  const std::string head = WithField("From: me@example.org");
  EXPECT_EQ(Redacted(head, {.queries = {"token"}}), head);
}

}  // namespace
}  // namespace trafrec::reassembly
