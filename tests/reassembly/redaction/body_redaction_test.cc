#include <gmock/gmock.h>

#include "reassembly/redaction/limits.h"
#include "redaction_fixture.h"
#include "tests/support/deflated.h"

namespace trafrec::reassembly {
namespace {

using test_support::Deflated;
using test_support::kGzip;

struct Outcome {
  Redactor::Body kind;
  std::string body;
};

Outcome Redacted(std::string body, std::string_view fields = "") {
  Redactor redactor(MakeRedaction({.pointers = {"/p"}}));
  const std::string head = "POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n";
  const Redactor::Body kind = redactor.RedactBody(head, body);
  return {kind, std::move(body)};
}

const std::string kClear = R"({"p":"s3cret"})";
const std::string kRedacted = R"({"p":")" + TokenOf("s3cret") + R"("})";

TEST(BodyRedaction, ABodyWithoutSecretsIsAsSent) {
  EXPECT_EQ(Redacted("{}").kind, Redactor::Body::kAsSent);
  EXPECT_EQ(Redacted("{}", "Content-Encoding: identity\r\n").kind, Redactor::Body::kAsSent);
}

TEST(BodyRedaction, AnEncodedBodyIsStoredDecoded) {
  const Outcome outcome =
      Redacted(Deflated(kClear, kGzip), "Host: a\r\ncontent-encoding : GZIP\r\n");
  EXPECT_EQ(outcome.kind, Redactor::Body::kReencoded);
  EXPECT_EQ(outcome.body, kRedacted);
}

TEST(BodyRedaction, AnEncodedBodyWithoutSecretsIsDecodedToo) {
  const Outcome outcome = Redacted(Deflated("{}", kGzip), "Content-Encoding: gzip\r\n");
  EXPECT_EQ(outcome.kind, Redactor::Body::kReencoded);
  EXPECT_EQ(outcome.body, "{}");
}

TEST(BodyRedaction, SeveralCodingsAreTakenOffInTheirOrder) {
  const std::string twice = Deflated(Deflated(kClear, kGzip), test_support::kZlib);
  EXPECT_EQ(Redacted(twice, "Content-Encoding: gzip\r\nContent-Encoding: deflate\r\n").body,
            kRedacted);
}

void ExpectWithheld(const std::string& body, std::string_view fields = "") {
  const Outcome outcome = Redacted(body, fields);
  EXPECT_EQ(outcome.kind, Redactor::Body::kWithheld);
  EXPECT_EQ(outcome.body, TokenOf(body));
}

TEST(BodyRedaction, WhatIsNoJsonIsWithheld) { ExpectWithheld("p=s3cret"); }

TEST(BodyRedaction, ACodingThatIsNotNamedOrNotKnownIsWithheld) {
  ExpectWithheld(Deflated(kClear, kGzip));
  ExpectWithheld(kClear, "Content-Encoding: aes128gcm\r\n");
}

TEST(BodyRedaction, ADamagedOrCutEncodingIsWithheld) {
  const std::string whole = Deflated(kClear, kGzip);
  ExpectWithheld(whole.substr(0, whole.size() - 1), "Content-Encoding: gzip\r\n");
  ExpectWithheld(kClear, "Content-Encoding: gzip\r\n");
}

TEST(BodyRedaction, ABodyThatGrowsBeyondTheLimitIsWithheld) {
  const std::string large = '"' + std::string(limits::kRedactedBodyBytes, 'x') + '"';
  ExpectWithheld(Deflated(large, kGzip), "Content-Encoding: gzip\r\n");
}

}  // namespace
}  // namespace trafrec::reassembly
