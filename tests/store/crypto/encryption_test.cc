#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "store/crypto/aead.h"
#include "store/crypto/random.h"
#include "store/crypto/sealing.h"

namespace trafrec::store::crypto {
namespace {

const std::string kText = "PUT /orders/_doc/1";
const std::string kAssociated = "segment 7, frame 3";
constexpr Nonce kNonce = {1, 2, 3};

std::vector<uint8_t> Encrypted(const DataKey& key) {
  std::vector<uint8_t> out(kText.size() + kTagBytes);
  Encrypt(key, kNonce, AsBytes(kText), AsBytes(kAssociated), out);
  return out;
}

bool Decrypts(const DataKey& key, const Nonce& nonce, Bytes encrypted,
              const std::string& associated) {
  std::vector<uint8_t> out(encrypted.size() - kTagBytes);
  return Decrypt(key, nonce, encrypted, AsBytes(associated), out) && AsText(out) == kText;
}

TEST(Encryptor, WhatItEncryptsOpensWithTheNonceBeforeIt) {
  const DataKey key = DataKey::Generate();
  Encryptor encryptor(key);
  for (int i = 0; i < 300; ++i) {
    std::vector<uint8_t> out(std::tuple_size_v<Nonce> + kText.size() + kTagBytes);
    encryptor.Encrypt(AsBytes(kText), AsBytes(kAssociated), out);
    Nonce nonce;
    std::copy_n(out.begin(), nonce.size(), nonce.begin());
    std::vector<uint8_t> clear(kText.size());
    ASSERT_TRUE(Decrypt(key, nonce, Bytes(out).subspan(nonce.size()), AsBytes(kAssociated), clear));
    EXPECT_EQ(AsText(clear), kText);
  }
}

TEST(Encryptor, NoNonceComesTwice) {
  const DataKey key = DataKey::Generate();
  Encryptor encryptor(key);
  std::set<Nonce> seen;
  for (int i = 0; i < 1'000; ++i) {
    std::vector<uint8_t> out(std::tuple_size_v<Nonce> + kTagBytes);
    encryptor.Encrypt({}, {}, out);
    Nonce nonce;
    std::copy_n(out.begin(), nonce.size(), nonce.begin());
    seen.insert(nonce);
  }
  EXPECT_EQ(seen.size(), 1'000U);
}

TEST(Encryption, WhatIsEncryptedIsDecrypted) {
  const DataKey key = DataKey::Generate();
  EXPECT_TRUE(Decrypts(key, kNonce, Encrypted(key), kAssociated));
}

TEST(Encryption, EachAlteredBitIsFound) {
  const DataKey key = DataKey::Generate();
  const std::vector<uint8_t> encrypted = Encrypted(key);
  for (size_t bit = 0; bit < encrypted.size() * 8; ++bit) {
    std::vector<uint8_t> altered = encrypted;
    altered[bit / 8] ^= uint8_t(1U << (bit % 8));
    EXPECT_FALSE(Decrypts(key, kNonce, altered, kAssociated)) << bit;
  }
}

TEST(Encryption, AnotherKeyNonceOrPlaceDecryptsNothing) {
  const DataKey key = DataKey::Generate();
  const std::vector<uint8_t> encrypted = Encrypted(key);
  EXPECT_FALSE(Decrypts(DataKey::Generate(), kNonce, encrypted, kAssociated));
  EXPECT_FALSE(Decrypts(key, Nonce{1, 2, 4}, encrypted, kAssociated));
  EXPECT_FALSE(Decrypts(key, kNonce, encrypted, "segment 7, frame 4"));
}

TEST(Encryption, WhatIsShorterThanATagIsRefused) {
  EXPECT_FALSE(Decrypt(DataKey::Generate(), kNonce, AsBytes("too short"), {}, {}));
}

TEST(Encryption, InPlaceGivesTheSame) {
  const DataKey key = DataKey::Generate();
  std::vector<uint8_t> buffer(kText.begin(), kText.end());
  buffer.resize(kText.size() + kTagBytes);
  Encrypt(key, kNonce, Bytes(buffer).first(kText.size()), AsBytes(kAssociated), buffer);
  EXPECT_EQ(buffer, Encrypted(key));
  const std::span<uint8_t> clear = std::span(buffer).first(kText.size());
  EXPECT_TRUE(Decrypt(key, kNonce, buffer, AsBytes(kAssociated), clear));
  EXPECT_EQ(AsText(clear), kText);
}

TEST(Encryption, ForgedBytesLeaveNoClearText) {
  const DataKey key = DataKey::Generate();
  std::vector<uint8_t> altered = Encrypted(key);
  altered.back() ^= 1;
  std::vector<uint8_t> out(kText.begin(), kText.end());
  EXPECT_FALSE(Decrypt(key, kNonce, altered, AsBytes(kAssociated), out));
  EXPECT_EQ(out, std::vector<uint8_t>(kText.size(), 0));
}

TEST(Sealing, EachRecipientOpensItsOwn) {
  const Identity one = Identity::Generate();
  const Identity other = Identity::Generate();
  const DataKey key = DataKey::Generate();
  for (const Identity* identity : {&one, &other}) {
    const auto sealed = identity->recipient().Seal(key);
    ASSERT_TRUE(sealed);
    const auto opened = identity->Open(*sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(EqualInConstantTime(opened->bytes(), key.bytes()));
  }
}

TEST(Sealing, NobodyElseOpensIt) {
  const auto sealed = Identity::Generate().recipient().Seal(DataKey::Generate());
  ASSERT_TRUE(sealed);
  EXPECT_FALSE(Identity::Generate().Open(*sealed));
}

TEST(Sealing, EachAlteredByteIsFound) {
  const Identity identity = Identity::Generate();
  const auto sealed = identity.recipient().Seal(DataKey::Generate());
  ASSERT_TRUE(sealed);
  for (size_t i = 0; i < sealed->size(); ++i) {
    SealedKey altered = *sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(identity.Open(altered)) << i;
  }
}

TEST(Sealing, TheSecretAloneIsTheIdentity) {
  const Identity identity = Identity::Generate();
  EXPECT_EQ(Identity::FromSecret(identity.secret()).id(), identity.id());
}

TEST(Sealing, APublicKeyThatNobodyMadeIsRefused) {
  EXPECT_FALSE(Recipient(PublicBytes{}).Seal(DataKey::Generate()));
}

TEST(DataKey, TwoGeneratedKeysDiffer) {
  EXPECT_FALSE(EqualInConstantTime(DataKey::Generate().bytes(), DataKey::Generate().bytes()));
}

TEST(Random, TwoFillsDiffer) {
  std::array<uint8_t, 16> one{};
  std::array<uint8_t, 16> other{};
  FillRandom(one);
  FillRandom(other);
  EXPECT_NE(one, other);
}

TEST(ConstantTime, EqualMeansSameLengthAndSameBytes) {
  EXPECT_TRUE(EqualInConstantTime(AsBytes("abc"), AsBytes("abc")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("abc"), AsBytes("abd")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("abc"), AsBytes("abcd")));
}

}  // namespace
}  // namespace trafrec::store::crypto
