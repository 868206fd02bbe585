#include "store/crypto/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "store/crypto/encoding.h"

namespace trafrec::store::crypto {
namespace {

constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, GivesThePublishedDigests) {
  // FIPS 180-4's examples.
  EXPECT_EQ(ToHex(Sha256::Of({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256::Of(AsBytes("abc"))), kOfAbc);
  EXPECT_EQ(ToHex(Sha256::Of(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  Sha256 hash;
  hash.Update(AsBytes("a"));
  hash.Update({});
  hash.Update(AsBytes("bc"));
  EXPECT_EQ(ToHex(hash.Finish()), kOfAbc);
}

TEST(Sha256, BeginsAgainAfterFinish) {
  Sha256 hash;
  hash.Update(AsBytes("before"));
  hash.Finish();
  hash.Update(AsBytes("abc"));
  EXPECT_EQ(ToHex(hash.Finish()), kOfAbc);
}

TEST(Hmac, GivesThePublishedDigests) {
  // RFC 4231, test cases 2 and 6.
  Hmac jefe(AsBytes("Jefe"));
  jefe.Update(AsBytes("what do ya want for nothing?"));
  EXPECT_EQ(ToHex(jefe.Finish()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::string key(131, '\xaa');
  Hmac longer_than_a_block(AsBytes(key));
  longer_than_a_block.Update(AsBytes("Test Using Larger Than Block-Size Key - Hash Key First"));
  EXPECT_EQ(ToHex(longer_than_a_block.Finish()),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, BeginsAgainUnderTheSameKey) {
  Hmac hmac(AsBytes("Jefe"));
  hmac.Update(AsBytes("before"));
  hmac.Finish();
  hmac.Update(AsBytes("what do ya want "));
  hmac.Update(AsBytes("for nothing?"));
  EXPECT_EQ(ToHex(hmac.Finish()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Encoding, OnlyTheOneTextOfSomeBytesIsTaken) {
  std::array<uint8_t, 2> out;
  EXPECT_TRUE(FromBase64("//4=", Base64::kPadded, out));
  EXPECT_TRUE(FromBase64("__4", Base64::kUrlSafe, out));
  EXPECT_FALSE(FromBase64("//4", Base64::kPadded, out)) << "no padding";
  EXPECT_FALSE(FromBase64("//5=", Base64::kPadded, out)) << "bits behind the end";
  EXPECT_FALSE(FromBase64("//4=\n", Base64::kPadded, out)) << "more behind the end";
  EXPECT_FALSE(FromBase64("/w==", Base64::kPadded, out)) << "one byte";
  EXPECT_FALSE(FromBase64("__4=", Base64::kUrlSafe, out)) << "padding";
  EXPECT_FALSE(FromBase64("//4", Base64::kUrlSafe, out)) << "the other alphabet";
  EXPECT_TRUE(FromHex("00fe", out));
  EXPECT_FALSE(FromHex("00FE", out));
  EXPECT_FALSE(FromHex("00f", out));
  EXPECT_FALSE(FromHex("00fe0", out));
}

TEST(Encoding, BytesComeBack) {
  const std::array<uint8_t, 4> bytes = {0, 0xff, 0xfe, 7};
  std::array<uint8_t, 4> back{};
  for (const Base64 alphabet : {Base64::kPadded, Base64::kUrlSafe}) {
    EXPECT_TRUE(FromBase64(ToBase64(bytes, alphabet), alphabet, back));
    EXPECT_EQ(back, bytes);
  }
  EXPECT_EQ(ToHex(bytes), "00fffe07");
}

}  // namespace
}  // namespace trafrec::store::crypto
