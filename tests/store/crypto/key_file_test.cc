#include "store/crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "store/crypto/encoding.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::store::crypto {
namespace {

namespace fs = std::filesystem;
using test_support::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string TextOf(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

mode_t ModeOf(const fs::path& path) {
  struct stat facts{};
  CHECK(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    CHECK(WriteKeyFiles(signing_path_, signing_).has_value());
    CHECK(WriteKeyFiles(identity_path_, identity_).has_value());
  }

  /// What reading says of a key file of these bytes.
  Error ErrorOf(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_.Write("other.key", text);
    CHECK(chmod(path.c_str(), mode) == 0);
    const auto read = ReadSigningKey(path);
    CHECK(!read.has_value());
    return read.error();
  }

  TemporaryFolder folder_;
  const fs::path signing_path_ = folder_ / "sign.key";
  const fs::path identity_path_ = folder_ / "encrypt.key";
  const SigningKey signing_ = SigningKey::Generate();
  const Identity identity_ = Identity::Generate();
};

TEST_F(KeyFile, EachKeyComesBackFromItsFile) {
  const auto read_signing = ReadSigningKey(signing_path_);
  const auto read_verify = ReadVerifyKey(PublicPathOf(signing_path_));
  const auto read_identity = ReadIdentity(identity_path_);
  const auto read_recipient = ReadRecipient(PublicPathOf(identity_path_));
  ASSERT_TRUE(read_signing && read_verify && read_identity && read_recipient);
  EXPECT_TRUE(EqualInConstantTime(read_signing->seed(), signing_.seed()));
  EXPECT_EQ(read_verify->bytes(), signing_.verify_key().bytes());
  EXPECT_TRUE(EqualInConstantTime(read_identity->secret(), identity_.secret()));
  EXPECT_EQ(read_recipient->bytes(), identity_.recipient().bytes());
}

TEST_F(KeyFile, IsTwoLinesOfText) {
  EXPECT_THAT(TextOf(signing_path_),
              MatchesRegex("trafrec-key/1 sign-secret [0-9a-f]{16}\n[A-Za-z0-9+/]{43}=\n"));
  EXPECT_THAT(TextOf(PublicPathOf(identity_path_)),
              MatchesRegex("trafrec-key/1 encrypt-public [0-9a-f]{16}\n[A-Za-z0-9+/]{43}=\n"));
}

TEST_F(KeyFile, TheSecretOneIsItsOwnersOnly) {
  EXPECT_EQ(ModeOf(signing_path_), 0600U);
  EXPECT_EQ(ModeOf(identity_path_), 0600U);
}

TEST_F(KeyFile, ASecretOneThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640, 0604, 0660, 0644, 0610, 0602}) {
    const Error error = ErrorOf(TextOf(signing_path_), mode);
    EXPECT_EQ(error.code, ErrorCode::kPermission);
    EXPECT_THAT(error.what, AllOf(HasSubstr("other.key"), HasSubstr("open to others")));
    EXPECT_THAT(error.remedy, HasSubstr("chmod 600 "));
  }
}

TEST_F(KeyFile, APublicOneMayBeOpenToAll) {
  fs::permissions(PublicPathOf(signing_path_), fs::perms(0666));
  EXPECT_TRUE(ReadVerifyKey(PublicPathOf(signing_path_)));
}

TEST_F(KeyFile, IsNeverOverwritten) {
  const std::string before = TextOf(signing_path_);
  const Status written = WriteKeyFiles(signing_path_, identity_);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().what, HasSubstr("exists already"));
  EXPECT_EQ(TextOf(signing_path_), before);
}

TEST_F(KeyFile, WithoutItsSecretFileThePublicOneIsNotLeft) {
  const fs::path path = folder_ / "half.key";
  std::ofstream(path) << "something else";
  EXPECT_FALSE(WriteKeyFiles(path, signing_));
  EXPECT_EQ(TextOf(path), "something else");
  EXPECT_FALSE(fs::exists(PublicPathOf(path)));
}

TEST_F(KeyFile, APublicFileThatIsThereIsKept) {
  const fs::path path = folder_ / "half.key";
  std::ofstream(PublicPathOf(path)) << "something else";
  EXPECT_FALSE(WriteKeyFiles(path, signing_));
  EXPECT_EQ(TextOf(PublicPathOf(path)), "something else");
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(KeyFile, AMissingOneIsNamed) {
  const auto read = ReadSigningKey(folder_ / "none.key");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read.error().what, HasSubstr("none.key"));
  EXPECT_THAT(read.error().remedy, HasSubstr("trafrec keygen --for sign"));
}

TEST_F(KeyFile, AnEmptyOneIsRefused) { EXPECT_THAT(ErrorOf("").what, HasSubstr("it is empty")); }

TEST_F(KeyFile, AnotherFileIsRefused) {
  EXPECT_THAT(ErrorOf("-----BEGIN PRIVATE KEY-----\n").what, HasSubstr("does not begin with"));
  EXPECT_THAT(ErrorOf(std::string(100'000, 'x')).what, HasSubstr("does not begin with"));
}

TEST_F(KeyFile, AFolderIsRefused) {
  const auto read = ReadSigningKey(folder_.path());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("directory"));
}

TEST_F(KeyFile, EachFrontOfOneIsRefused) {
  const std::string whole = TextOf(signing_path_);
  // Without its last line feed it is whole.
  for (size_t length = 0; length + 1 < whole.size(); ++length) {
    EXPECT_EQ(ErrorOf(whole.substr(0, length)).code,
              length >= 12 && length <= 13 ? ErrorCode::kUnsupported : ErrorCode::kUsage)
        << length;
  }
}

TEST_F(KeyFile, OneWithMoreBehindItIsRefused) {
  EXPECT_THAT(ErrorOf(TextOf(signing_path_) + "more\n").what, HasSubstr("cut short or altered"));
}

TEST_F(KeyFile, AnAlteredKeyIsFoundByItsId) {
  std::string text = TextOf(signing_path_);
  char& digit = text[text.find('\n') + 5];
  digit = digit == 'A' ? 'B' : 'A';
  EXPECT_THAT(ErrorOf(text).what, HasSubstr("it is altered"));
}

TEST_F(KeyFile, ANewerVersionIsNamed) {
  std::string text = TextOf(signing_path_);
  text.replace(0, 13, "trafrec-key/2");
  EXPECT_EQ(ErrorOf(text).code, ErrorCode::kUnsupported);
}

TEST_F(KeyFile, LineEndsOfAnotherSystemAreTaken) {
  std::string text = TextOf(PublicPathOf(signing_path_));
  text.replace(text.find('\n'), 1, "\r\n");
  const std::string path = folder_.Write("copied.pub", text);
  EXPECT_TRUE(ReadVerifyKey(path));
}

TEST_F(KeyFile, TheWrongHalfOfAPairNamesTheRightOne) {
  const auto as_public = ReadVerifyKey(signing_path_);
  ASSERT_FALSE(as_public);
  EXPECT_THAT(as_public.error().what, AllOf(HasSubstr("is a secret key for signing"),
                                            HasSubstr("a public key for signatures is needed")));
  EXPECT_THAT(as_public.error().remedy, HasSubstr("sign.key.pub"));
  const auto as_secret = ReadIdentity(PublicPathOf(identity_path_));
  ASSERT_FALSE(as_secret);
  EXPECT_THAT(as_secret.error().remedy, HasSubstr("without .pub"));
}

TEST_F(KeyFile, AKeyForAnotherPurposeIsRefused) {
  const auto read = ReadRecipient(PublicPathOf(signing_path_));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("a public key for encryption is needed"));
  EXPECT_THAT(read.error().remedy, HasSubstr("keygen --for encrypt"));
  EXPECT_FALSE(ReadSigningKey(identity_path_));
}

TEST(RedactionKeyFile, AllThatMakeItAtATimeGetTheSameKey) {
  const TemporaryFolder folder;
  std::array<std::string, 8> keys;
  {
    std::array<std::jthread, keys.size()> makers;
    for (size_t i = 0; i < keys.size(); ++i) {
      makers[i] = std::jthread([&, i] {
        const auto key = ReadOrMakeRedactionKey(folder / "new" / "redaction.key");
        keys[i] = key ? ToHex(key->bytes()) : key.error().what;
      });
    }
  }
  EXPECT_THAT(keys, testing::Each(keys.front()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "new"), {}), 1) << "a draft is left";
}

}  // namespace
}  // namespace trafrec::store::crypto
