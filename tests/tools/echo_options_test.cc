#include "tools/replay/echo_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/time.h"
#include "store/crypto/key_file.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::tools {
namespace {

using store::crypto::SigningKey;
using testing::HasSubstr;

const plan::Mark kMark{.nonce = "00112233445566778899aabbccddeeff", .audience = "prod"};

/// Keys as keygen makes them, and a folder that is the run's.
class EchoOptionsTest : public testing::Test {
 protected:
  /// The file of the secret key; the public one stands beside it.
  std::string Key(const std::string& name, const SigningKey& key) const {
    const std::string path = folder_ / name;
    EXPECT_TRUE(store::crypto::WriteKeyFiles(path, key));
    return path;
  }
  /// The token of an echo, as the options have it signed.
  store::SentinelToken Echoed(const EchoOptions& options) const {
    const auto signer = options.Signer(folder_.path(), {{.name = "t", .url = "http://t:9200"}});
    EXPECT_TRUE(signer) << signer.error().what;
    message::Request request{.method = "GET", .target = "/_stats/docs?level=shards"};
    return (*signer)->Sign(kMark, 0, kNsPerSecond, request);
  }

  const test_support::TemporaryFolder folder_;
};

TEST_F(EchoOptionsTest, EchoesAreSignedWithTheKeyThatWasGiven) {
  const SigningKey key = SigningKey::Generate();
  EchoOptions options;
  options.key = Key("own.key", key);
  EXPECT_EQ(Echoed(options).key_id, key.verify_key().id());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "echo.key"));
}

TEST_F(EchoOptionsTest, WithoutAKeyTheRunMakesOneAndKeepsIt) {
  const std::string first = Echoed({}).key_id;
  EXPECT_EQ(Echoed({}).key_id, first);
  EXPECT_EQ(store::crypto::ReadVerifyKey(folder_ / "echo.key.pub").value().id(), first);
  const auto mode = std::filesystem::status(folder_ / "echo.key").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(EchoOptionsTest, ARunThatWasKilledBetweenItsKeysFilesMakesThemAnew) {
  const std::string first = Echoed({}).key_id;
  std::filesystem::remove(folder_ / "echo.key");
  const std::string second = Echoed({}).key_id;
  EXPECT_NE(second, first);
  EXPECT_EQ(store::crypto::ReadVerifyKey(folder_ / "echo.key.pub").value().id(), second);
}

TEST_F(EchoOptionsTest, TheAudienceIsThatOfTheSentinelUnlessOneWasGiven) {
  EXPECT_EQ(Echoed({}).audience, "prod");
  EchoOptions options;
  options.audience = "staging";
  EXPECT_EQ(Echoed(options).audience, "staging");
  options.audience = "Not One";
  EXPECT_THAT(options.Check().error().what, HasSubstr("'Not One' cannot be an audience"));
}

TEST_F(EchoOptionsTest, WithoutEchoNothingIsSignedAndNothingElseMayBeSaid) {
  EchoOptions options;
  options.off = true;
  EXPECT_TRUE(options.Check());
  EXPECT_EQ(options.Rules().value(), std::nullopt);
  EXPECT_FALSE(options.Signer(folder_.path(), {}).value().has_value());
  EXPECT_EQ(options.Fact().value(), "no");
  options.clock_offset = "1s";
  EXPECT_THAT(options.Check().error().what, HasSubstr("--no-echo"));
}

TEST_F(EchoOptionsTest, WhoIsTrustedDecidesWhatIsSentAndSoIsAFactOfTheRun) {
  const SigningKey key = SigningKey::Generate();
  EchoOptions options;
  EXPECT_EQ(options.Fact().value(), "yes");
  options.trusted = {Key("source.key", key) + ".pub"};
  EXPECT_EQ(options.Rules().value()->trusted.at(0).id(), key.verify_key().id());
  EXPECT_EQ(options.Fact().value(), "yes of " + key.verify_key().id());
  options.trusted = {folder_ / "nowhere.pub"};
  EXPECT_FALSE(options.Rules());
}

TEST_F(EchoOptionsTest, AClockMayBeAheadOrBehind) {
  EchoOptions options;
  EXPECT_EQ(options.ClockOffsetNs().value(), 0);
  options.clock_offset = "1500ms";
  EXPECT_EQ(options.ClockOffsetNs().value(), 1'500 * kNsPerMs);
  options.clock_offset = "-2s";
  EXPECT_EQ(options.ClockOffsetNs().value(), -2 * kNsPerSecond);
  options.clock_offset = "soon";
  EXPECT_THAT(options.Check().error().what, HasSubstr("--clock-offset"));
}

}  // namespace
}  // namespace trafrec::tools
