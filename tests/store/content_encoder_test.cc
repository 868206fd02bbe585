#include "store/codec/content_encoder.h"

#include <gmock/gmock.h>

#include "store/codec/content_decoder.h"

namespace trafrec::store::codec {
namespace {

constexpr size_t kRoom = size_t{1} << 20;

class ContentEncoder : public testing::TestWithParam<std::string_view> {};

TEST_P(ContentEncoder, WhatItEncodesIsDecodedAgain) {
  for (const std::string& body : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
    const std::string encoded = EncodeContent(GetParam(), AsBytes(body)).value();
    const DecodedContent decoded = DecodeContent(GetParam(), AsBytes(encoded), kRoom).value();
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.bytes, body);
  }
}

TEST_P(ContentEncoder, MakesTextSmaller) {
  EXPECT_LT(EncodeContent(GetParam(), AsBytes(std::string(100'000, 'y'))).value().size(), 1'000U);
}

INSTANTIATE_TEST_SUITE_P(Codings, ContentEncoder,
                         testing::Values("gzip", "X-GZIP", "deflate", "br", "zstd", "gzip, br",
                                         "identity, zstd"));

TEST(ContentEncoderNames, IdentityLeavesTheBytes) {
  EXPECT_EQ(EncodeContent("identity", AsBytes("abc")).value(), "abc");
  EXPECT_EQ(EncodeContent("", AsBytes("abc")).value(), "abc");
}

TEST(ContentEncoderNames, AnUnknownCodingIsNamed) {
  EXPECT_EQ(EncodeContent("gzip, lzma", AsBytes("abc")).error().what,
            "the content coding 'lzma' is not known");
}

}  // namespace
}  // namespace trafrec::store::codec
