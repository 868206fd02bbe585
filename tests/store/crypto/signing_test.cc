#include "store/crypto/signing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "store/crypto/encoding.h"

namespace trafrec::store::crypto {
namespace {

template <size_t N>
std::array<uint8_t, N> Hex(const std::string& text) {
  std::array<uint8_t, N> bytes;
  CHECK(FromHex(text, bytes));
  return bytes;
}

struct Vector {
  const char* name;
  const char* seed;
  const char* public_key;
  std::string message;  ///< in hex
  const char* signature;
};

/// RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc).
const std::vector<Vector> kVectors = {
    {"Empty", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"OneByte", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"TwoBytes", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
    {"ShaOfAbc", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fee"
     "b"
     "bd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e"
     "0"
     "303dca179c138ac17ad9bef1177331a704"},
};

class Rfc8032 : public testing::TestWithParam<Vector> {
 protected:
  std::vector<uint8_t> Message() const {
    std::vector<uint8_t> message(GetParam().message.size() / 2);
    CHECK(FromHex(GetParam().message, message));
    return message;
  }
  SigningKey Key() const { return SigningKey::FromSeed(Hex<32>(GetParam().seed)); }
};

TEST_P(Rfc8032, TheSeedGivesThePublicKey) {
  EXPECT_EQ(ToHex(Key().verify_key().bytes()), GetParam().public_key);
}

TEST_P(Rfc8032, SigningGivesTheSignature) {
  EXPECT_EQ(ToHex(Key().Sign(Message())), GetParam().signature);
}

TEST_P(Rfc8032, TheSignatureVerifies) {
  EXPECT_TRUE(
      VerifyKey(Hex<32>(GetParam().public_key)).Verify(Message(), Hex<64>(GetParam().signature)));
}

TEST_P(Rfc8032, NoOtherSignatureVerifies) {
  for (size_t bit = 0; bit < 512; ++bit) {
    Signature signature = Hex<64>(GetParam().signature);
    signature[bit / 8] ^= uint8_t(1U << (bit % 8));
    EXPECT_FALSE(Key().verify_key().Verify(Message(), signature)) << bit;
  }
}

TEST_P(Rfc8032, NoOtherMessageVerifies) {
  std::vector<uint8_t> message = Message();
  message.push_back(0);
  EXPECT_FALSE(Key().verify_key().Verify(message, Hex<64>(GetParam().signature)));
}

INSTANTIATE_TEST_SUITE_P(Section7, Rfc8032, testing::ValuesIn(kVectors),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(SigningKey, TwoGeneratedKeysDiffer) {
  EXPECT_NE(SigningKey::Generate().id(), SigningKey::Generate().id());
}

TEST(SigningKey, TheIdIsTheFrontOfTheHashOfThePublicKey) {
  // printf '%s' d75a98…511a | xxd -r -p | sha256sum
  const SigningKey key = SigningKey::FromSeed(Hex<32>(kVectors.front().seed));
  EXPECT_EQ(key.id(), "21fe31dfa154a261");
}

}  // namespace
}  // namespace trafrec::store::crypto
