#include "store/format/frame_format.h"

#include <gtest/gtest.h>

#include <string>

#include "store/format/frame.h"
#include "store/limits.h"

namespace trafrec::store {
namespace {

/// A packed frame whose raw bytes are `raw`.
std::string Packed(const std::string& raw, codec::ZstdCompressor* zstd) {
  Frame frame;
  FrameBuffer scratch;
  frame.Clear();
  frame.bytes.Append(AsBytes(raw));
  frame.entries = 1;
  PackFrame(frame, zstd, scratch);
  return std::string(AsText(frame.bytes.bytes()));
}

Result<std::string> Unpacked(const std::string& frame) {
  codec::ZstdDecompressor zstd;
  FrameBuffer raw;
  TRY(UnpackFrame(AsBytes(frame), zstd, raw));
  return std::string(AsText(raw.bytes()));
}

TEST(FrameFormat, CompressedFrameGivesItsBytesBack) {
  codec::ZstdCompressor zstd(1);
  const std::string raw(100'000, 'x');
  const std::string frame = Packed(raw, &zstd);
  EXPECT_LT(frame.size(), 1'000U);
  EXPECT_EQ(Unpacked(frame), raw);
}

TEST(FrameFormat, UncompressedFrameGivesItsBytesBack) {
  EXPECT_EQ(Unpacked(Packed("some bytes", nullptr)), "some bytes");
}

TEST(FrameFormat, BytesThatDoNotCompressAreStoredAsTheyAre) {
  codec::ZstdCompressor zstd(1);
  std::string noise;
  for (uint32_t state = 1; noise.size() < 10'000; state = state * 1664525 + 1013904223) {
    noise += static_cast<char>(state >> 24);
  }
  const std::string frame = Packed(noise, &zstd);
  EXPECT_EQ(ReadFrameHeader(AsBytes(frame))->codec, FrameCodec::kNone);
  EXPECT_EQ(Unpacked(frame), noise);
}

TEST(FrameFormat, AnyFlippedBitIsFound) {
  codec::ZstdCompressor zstd(1);
  const std::string frame = Packed(std::string(200, 'a') + "unlike", &zstd);
  for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(Unpacked(damaged).has_value()) << "bit " << bit;
  }
}

TEST(FrameFormat, CutFrameIsFound) {
  const std::string frame = Packed("some bytes", nullptr);
  for (size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(Unpacked(frame.substr(0, size)).has_value()) << "size " << size;
  }
}

TEST(FrameFormat, NewerVersionIsRefusedByName) {
  std::string frame = Packed("some bytes", nullptr);
  frame[4] = 2;
  const auto result = Unpacked(frame);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(result.error().what.find("version 2"), std::string::npos);
}

TEST(FrameFormat, HugeClaimIsRefusedBeforeMemoryIsTaken) {
  std::string frame(kFrameHeaderBytes + 1, 'x');
  FrameHeader header;
  header.codec = FrameCodec::kZstd;
  header.raw_length = 0xffffffff;
  header.stored_length = 1;
  SealFrame(header, {reinterpret_cast<uint8_t*>(frame.data()), frame.size()});
  EXPECT_FALSE(Unpacked(frame).has_value());
}

}  // namespace
}  // namespace trafrec::store
