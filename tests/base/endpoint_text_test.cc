#include "base/endpoint_text.h"

#include <gtest/gtest.h>

namespace trafrec {
namespace {

TEST(EndpointText, WhatIsPrintedIsReadAgain) {
  for (const std::string text : {"10.0.0.1:9200", "[2001:db8::1]:65535", "[::]:0"}) {
    const std::optional<Endpoint> endpoint = ParseEndpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->ToString(), text);
  }
}

TEST(EndpointText, BracketsAreForIpv6AndNotNeededAlone) {
  EXPECT_EQ(ParseIpAddress("[::1]"), ParseIpAddress("::1"));
  EXPECT_TRUE(ParseIpAddress("::1"));
}

TEST(EndpointText, AnythingElseIsNone) {
  for (const std::string text : {"", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1",
                                 "es:9200", "10.0.0.1:92 00", "(encrypted)"}) {
    EXPECT_FALSE(ParseEndpoint(text)) << text;
  }
}

}  // namespace
}  // namespace trafrec
