#include "store/codec/content_decoder.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <tuple>

#include "tests/support/deflated.h"

namespace trafrec::store::codec {
namespace {

using test_support::Deflated;
using test_support::kGzip;
using test_support::kRaw;
using test_support::kZlib;

constexpr size_t kNoLimit = size_t{1} << 30;

std::string Zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// With the checksum of its content at its end.
std::string ZstdWithChecksum(const std::string& text) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

/// "hello\n" by the brotli tool; only a decoder is linked.
std::string BrotliHello() { return std::string("\x8b\x02\x80\x68\x65\x6c\x6c\x6f\x0a\x03", 10); }

std::string Text() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) {
    text += "line " + std::to_string(i * 7919) + "\n";
  }
  return text;
}

DecodedContent Decoded(const std::string& encodings, const std::string& body,
                       size_t bytes_max = kNoLimit) {
  auto content = DecodeContent(encodings, AsBytes(body), bytes_max);
  EXPECT_TRUE(content) << content.error().what;
  return content.value_or(DecodedContent());
}

TEST(ContentDecoder, EveryCodingIsTakenOff) {
  const std::string text = Text();
  EXPECT_EQ(Decoded("gzip", Deflated(text, kGzip)).bytes, text);
  EXPECT_EQ(Decoded("x-gzip", Deflated(text, kGzip)).bytes, text);
  EXPECT_EQ(Decoded("deflate", Deflated(text, kZlib)).bytes, text);
  EXPECT_EQ(Decoded("deflate", Deflated(text, kRaw)).bytes, text);
  EXPECT_EQ(Decoded("zstd", Zstd(text)).bytes, text);
  EXPECT_EQ(Decoded("identity", text).bytes, text);
  EXPECT_EQ(Decoded("", text).bytes, text);
  EXPECT_EQ(Decoded("br", BrotliHello()).bytes, "hello\n");
}

TEST(ContentDecoder, WholeBodyIsComplete) {
  EXPECT_TRUE(Decoded("gzip", Deflated("a", kGzip)).complete);
  EXPECT_TRUE(Decoded("br", BrotliHello()).complete);
}

TEST(ContentDecoder, NamesHaveAnyCaseAndBlanks) {
  EXPECT_EQ(Decoded(" GZip ,", Deflated("a", kGzip)).bytes, "a");
}

TEST(ContentDecoder, CodingsAreTakenOffFromTheLastToTheFirst) {
  const std::string text = Text();
  EXPECT_EQ(Decoded("deflate, gzip, zstd", Zstd(Deflated(Deflated(text, kZlib), kGzip))).bytes,
            text);
}

TEST(ContentDecoder, EmptyBodyIsEmptyContentWhateverTheHeaderSays) {
  for (const char* encodings : {"gzip", "deflate", "br", "zstd", "gzip, br"}) {
    const DecodedContent content = Decoded(encodings, "");
    EXPECT_TRUE(content.complete) << encodings;
    EXPECT_EQ(content.bytes, "");
  }
}

TEST(ContentDecoder, UnknownCodingIsAnErrorThatNamesIt) {
  const auto content = DecodeContent("gzip, aws-chunked", AsBytes("x"), kNoLimit);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(content.error().what.find("aws-chunked"), std::string::npos);
}

TEST(ContentDecoder, BombStopsAtTheLimit) {
  const std::string bomb = Deflated(std::string(size_t{64} << 20, '\0'), kGzip);
  const DecodedContent content = Decoded("gzip", bomb, 1'000'000);
  EXPECT_EQ(content.bytes.size(), 1'000'000U);
  EXPECT_TRUE(content.stopped_at_limit);
  EXPECT_FALSE(content.complete);
}

TEST(ContentDecoder, BombBetweenTwoCodingsStopsAtTheLimitToo) {
  const std::string bomb = Deflated(Deflated(std::string(size_t{64} << 20, '\0'), kRaw), kGzip);
  const DecodedContent content = Decoded("deflate, gzip", bomb, 50'000);
  EXPECT_TRUE(content.stopped_at_limit);
  EXPECT_LE(content.bytes.size(), 50'000U);
}

TEST(ContentDecoder, ContentOfExactlyTheLimitIsComplete) {
  const DecodedContent content = Decoded("gzip", Deflated(std::string(1000, 'x'), kGzip), 1000);
  EXPECT_TRUE(content.complete);
  EXPECT_FALSE(content.stopped_at_limit);
}

TEST(ContentDecoder, CutBodyGivesWhatIsThereAndSaysSo) {
  const std::string text = Text();
  for (const auto& [encodings, body] :
       {std::pair<std::string, std::string>{"gzip", Deflated(text, kGzip)},
        {"deflate", Deflated(text, kZlib)},
        {"deflate", Deflated(text, kRaw)},
        {"zstd", Zstd(text)}}) {
    const DecodedContent content = Decoded(encodings, body.substr(0, body.size() / 2));
    EXPECT_FALSE(content.complete) << encodings;
    EXPECT_NE(content.trouble.find("too early"), std::string::npos) << content.trouble;
    EXPECT_TRUE(text.starts_with(content.bytes)) << encodings;
  }
}

TEST(ContentDecoder, HalfOfALongBodyIsDecoded) {
  const std::string text = Text();
  const std::string body = Deflated(text, kGzip);
  EXPECT_GT(Decoded("gzip", body.substr(0, body.size() / 2)).bytes.size(), text.size() / 4);
}

TEST(ContentDecoder, DamagedBodyGivesTheLibrarysWords) {
  const DecodedContent content = Decoded("gzip", "this is plain text");
  EXPECT_FALSE(content.complete);
  EXPECT_NE(content.trouble.find("gzip data is damaged"), std::string::npos) << content.trouble;
}

TEST(ContentDecoder, BodyWithAWrongChecksumIsDecodedToItsEndAndDamaged) {
  for (const std::string& text : {std::string("a small one"), Text()}) {
    for (auto [encodings, body, checksum_at] :
         {std::tuple<std::string, std::string, size_t>{"gzip", Deflated(text, kGzip), 8},
          {"gzip", Deflated(text, kGzip), 1},  // the length, which is checked last
          {"deflate", Deflated(text, kZlib), 1},
          {"zstd", ZstdWithChecksum(text), 4},
          {"zstd", ZstdWithChecksum(text), 1}}) {
      body[body.size() - checksum_at] ^= 1;
      const DecodedContent content = Decoded(encodings, body);
      EXPECT_TRUE(content.bytes == text) << encodings << ": " << content.bytes.size();
      EXPECT_FALSE(content.complete);
      EXPECT_NE(content.trouble.find(encodings + " data is damaged: "), std::string::npos)
          << content.trouble;
    }
  }
}

TEST(ContentDecoder, ZstdBodyIsDecodedUpToTheDamagedBlock) {
  const std::string text = Text();
  const std::string body = Zstd(text);
  constexpr size_t kBlockBytes = size_t{128} << 10, kFrameHeader = 9, kBlockHeader = 3;
  size_t blocks = 0;
  for (size_t at = kFrameHeader; at < body.size(); ++blocks) {
    std::string damaged = body;
    damaged[at] = static_cast<char>(damaged[at] | 6);  // a type that there is not
    const DecodedContent content = Decoded("zstd", damaged);
    EXPECT_EQ(content.bytes.size(), blocks * kBlockBytes);
    EXPECT_NE(content.trouble.find("zstd data is damaged"), std::string::npos) << content.trouble;
    const uint32_t header = LoadLittle<uint32_t>(AsBytes(body).data() + at);
    at += kBlockHeader + ((header & 0xffffff) >> 3);
  }
  EXPECT_EQ(blocks, text.size() / kBlockBytes + 1);
}

TEST(ContentDecoder, MembersOfAGzipBodyAreOneContent) {
  EXPECT_EQ(Decoded("gzip", Deflated("one ", kGzip) + Deflated("two", kGzip)).bytes, "one two");
}

}  // namespace
}  // namespace trafrec::store::codec
