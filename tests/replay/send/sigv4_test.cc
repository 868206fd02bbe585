// AWS's published test suite for Signature Version 4, and the example of its documentation.

#include "replay/send/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::send {
namespace {

using message::Field;

constexpr TimeNs kTime = 1'440'938'160 * kNsPerSecond;  // 2015-08-30T12:36:00Z
const AwsKeys kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const AwsScope kScope{"us-east-1", "service"};
const Field kHost{"Host", "example.amazonaws.com"};
const Field kDate{"X-Amz-Date", "20150830T123600Z"};
const std::string kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct Vector {
  std::string name;
  std::string method;
  std::string target;
  std::vector<Field> fields;  // beside host and date
  std::string body;
  std::string signed_names;
  std::string signature;
};

std::ostream& operator<<(std::ostream& out, const Vector& vector) { return out << vector.name; }

const std::string kPlain = "host;x-amz-date";
const std::string kOneMore = "host;my-header1;x-amz-date";
const std::string kRoot = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const std::string kFormType = "application/x-www-form-urlencoded";

const std::vector<Vector> kVectors{
    {"vanilla", "GET", "/", {}, "", kPlain, kRoot},
    {"header_key_duplicate",
     "GET",
     "/",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "",
     kOneMore,
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"header_value_order",
     "GET",
     "/",
     {{"My-Header1", "value4"},
      {"My-Header1", "value1"},
      {"My-Header1", "value3"},
      {"My-Header1", "value2"}},
     "",
     kOneMore,
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"header_value_trim",
     "GET",
     "/",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"unreserved",
     "GET",
     "/" + kUnreserved,
     {},
     "",
     kPlain,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"utf8",
     "GET",
     "/\u1234",
     {},
     "",
     kPlain,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"empty_query_key",
     "GET",
     "/?Param1=value1",
     {},
     "",
     kPlain,
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"query_order_key",
     "GET",
     "/?Param1=value2&Param1=Value1",
     {},
     "",
     kPlain,
     "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
    {"query_order_key_case",
     "GET",
     "/?Param2=value2&Param1=value1",
     {},
     "",
     kPlain,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"query_order_value",
     "GET",
     "/?Param1=value2&Param1=value1",
     {},
     "",
     kPlain,
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"query_unreserved",
     "GET",
     "/?" + kUnreserved + "=" + kUnreserved,
     {},
     "",
     kPlain,
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"utf8_query",
     "GET",
     "/?\u1234=bar",
     {},
     "",
     kPlain,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"post_vanilla",
     "POST",
     "/",
     {},
     "",
     kPlain,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post_header_value_case",
     "POST",
     "/",
     {{"My-Header1", "VALUE1"}},
     "",
     kOneMore,
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post_form",
     "POST",
     "/",
     {{"Content-Type", kFormType}},
     "Param1=value1",
     "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"relative", "GET", "/example/..", {}, "", kPlain, kRoot},
    {"relative_relative", "GET", "/example1/example2/../..", {}, "", kPlain, kRoot},
    {"slash", "GET", "//", {}, "", kPlain, kRoot},
    {"slash_dot_slash", "GET", "/./", {}, "", kPlain, kRoot},
    {"pointless_dot",
     "GET",
     "/./example",
     {},
     "",
     kPlain,
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"slashes",
     "GET",
     "//example//",
     {},
     "",
     kPlain,
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"space",
     "GET",
     "/example space/",
     {},
     "",
     kPlain,
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"session_token",
     "POST",
     "/",
     {{"X-Amz-Security-Token",
       "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfp"
       "SPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQ"
       "DYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+s"
       "cqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="}},
     "",
     "host;x-amz-date;x-amz-security-token",
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
};

class AwsVectors : public testing::TestWithParam<Vector> {};

TEST_P(AwsVectors, AreSignedAsPublished) {
  const Vector& vector = GetParam();
  std::vector<Field> fields = vector.fields;
  fields.push_back(kDate);
  fields.push_back(kHost);
  EXPECT_EQ(SignV4({vector.method, vector.target, fields, PayloadHash(vector.body)}, kKeys, kScope,
                   kTime),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=" +
                vector.signed_names + ", Signature=" + vector.signature);
}

INSTANTIATE_TEST_SUITE_P(Suite, AwsVectors, testing::ValuesIn(kVectors),
                         [](const auto& test) { return test.param.name; });

TEST(Aws, TheExampleOfTheDocumentationIsSignedAsPublished) {
  const std::vector<Field> fields{
      {"Host", "iam.amazonaws.com"}, {"Content-Type", kFormType + "; charset=utf-8"}, kDate};
  EXPECT_THAT(SignV4({"GET", "/?Action=ListUsers&Version=2010-05-08", fields, PayloadHash("")},
                     kKeys, {"us-east-1", "iam"}, kTime),
              testing::EndsWith(
                  "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"));
}

TEST(Aws, AQueryMeansTheSameHoweverItIsEncoded) {
  const auto signed_query = [](const std::string& query) {
    return SignV4({"GET", "/_search?" + query, {kHost, kDate}, PayloadHash("")}, kKeys, kScope,
                  kTime);
  };
  EXPECT_EQ(signed_query("q=a:*,b%20c"), signed_query("q=a%3A%2A%2Cb+c"));
  EXPECT_EQ(signed_query("pretty"), signed_query("pretty="));
  EXPECT_NE(signed_query("q=100%"), signed_query("q=100"));
}

TEST(Aws, APathIsSignedAsItGoesOut) {
  const auto signed_path = [](const std::string& path) {
    return SignV4({"GET", path, {kHost, kDate}, PayloadHash("")}, kKeys, kScope, kTime);
  };
  EXPECT_NE(signed_path("/i/_doc/a%2Fb"), signed_path("/i/_doc/a/b"));
}

}  // namespace
}  // namespace trafrec::send
