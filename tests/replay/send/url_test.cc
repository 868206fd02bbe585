#include "replay/send/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::send {
namespace {

TEST(Url, HasTheSchemesPortUnlessItNamesOne) {
  EXPECT_EQ(ParseUrl("http://es.example")->port, 80);
  EXPECT_EQ(ParseUrl("HTTPS://es.example")->port, 443);
  EXPECT_EQ(ParseUrl("http://es.example:9200")->port, 9'200);
}

TEST(Url, NamesThePortToTheServerUnlessItIsTheSchemes) {
  EXPECT_EQ(ParseUrl("http://es.example:80")->Authority(), "es.example");
  EXPECT_EQ(ParseUrl("https://es.example:80")->Authority(), "es.example:80");
}

TEST(Url, MayHaveAnAddressOfEitherKind) {
  EXPECT_EQ(ParseUrl("http://127.0.0.1:1")->host, "127.0.0.1");
  EXPECT_EQ(ParseUrl("http://[::1]:9200")->host, "::1");
  EXPECT_EQ(ParseUrl("http://[::1]:9200")->Authority(), "[::1]:9200");
}

TEST(Url, MayHaveAPathThatEndsWithoutASlash) {
  EXPECT_EQ(ParseUrl("http://a")->path, "");
  EXPECT_EQ(ParseUrl("http://a/")->path, "");
  EXPECT_EQ(ParseUrl("http://a:1/b/c/")->path, "/b/c");
}

TEST(Url, IsRefusedWhereItIsNone) {
  for (const char* text :
       {"", "es.example:9200", "http://", "http:///path", "http://a:", "http://a:0",
        "http://a:65536", "http://a:80x", "http://[::1", "http://[]", "http://a b", "http://a/b c",
        "ftp://a", "http://a?q", "http://a/#f"}) {
    EXPECT_FALSE(ParseUrl(text).has_value()) << text;
  }
}

TEST(Url, WithAPasswordIsNotRepeated) {
  const auto url = ParseUrl("http://user:geheim@a");
  ASSERT_FALSE(url.has_value());
  EXPECT_THAT(url.error().what, testing::Not(testing::HasSubstr("geheim")));
}

}  // namespace
}  // namespace trafrec::send
