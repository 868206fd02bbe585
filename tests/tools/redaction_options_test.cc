#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::HasSubstr;
using testing::Not;

class RedactionOptions : public testing::Test {
 protected:
  void SetUp() override {
    test_support::TcpConversation wire;
    wire.Handshake();
    wire.ClientSends("GET / HTTP/1.1\r\nHost: es\r\nCookie: s3cret\r\n\r\n");
    wire.ServerSends("HTTP/1.1 204 No Content\r\n\r\n").Close();
    test_support::PcapWriter(capture_).Write(wire.Packets());
  }

  Outcome Record(const std::string& log, std::vector<std::string> more = {},
                 const test_support::RunOptions& options = {}) const {
    more.insert(more.begin(), {"record", "-q", "--recorder", "test", "-r", capture_, "-l", log});
    return Trafrec(more, options);
  }
  static std::string Exported(const std::string& log) { return Trafrec({"export", log}).out; }

  const TemporaryFolder folder_;
  const std::string capture_ = folder_ / "one.pcap";
  const std::string log_ = folder_ / "log";
  const std::string key_ = folder_ / "keys" / "redaction.key";
};

TEST_F(RedactionOptions, TheKeyIsMadeOnFirstUseForItsOwnerAlone) {
  ASSERT_EQ(Record(log_, {"--redaction-key", key_}).exit_code, 0);
  struct stat facts{};
  ASSERT_EQ(stat(key_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(RedactionOptions, OneKeyGivesEqualTokensInAllLogs) {
  Record(log_, {"--redaction-key", key_});
  Record(folder_ / "again", {"--redaction-key", key_});
  EXPECT_THAT(Exported(log_), HasSubstr("[\"Cookie\",\"redacted-"));
  EXPECT_EQ(Exported(log_), Exported(folder_ / "again"));
  Record(folder_ / "other", {"--redaction-key", folder_ / "other.key"});
  EXPECT_NE(Exported(log_), Exported(folder_ / "other"));
}

TEST_F(RedactionOptions, TheUsualPlaceOfTheKeyIsBesideTheConfigFile) {
  Record(log_, {}, {.environment = {{"XDG_CONFIG_HOME", folder_ / "config"}}});
  EXPECT_TRUE(std::filesystem::exists(folder_ / "config" / "trafrec" / "redaction.key"));
}

TEST_F(RedactionOptions, WithoutAPlaceForTheKeyItRecordsAndSaysSo) {
  const Outcome outcome = Record(log_, {}, {.environment = {{"XDG_CONFIG_HOME", "/proc/nowhere"}}});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("the key lives as long as this recording"));
  EXPECT_THAT(Exported(log_), Not(HasSubstr("s3cret")));
}

TEST_F(RedactionOptions, AKeyThatOthersMayReadIsRefused) {
  Record(log_, {"--redaction-key", key_});
  chmod(key_.c_str(), 0644);
  const Outcome outcome = Record(folder_ / "again", {"--redaction-key", key_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is open to others (mode 0644)"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "again"));
}

TEST_F(RedactionOptions, AFileThatIsNoKeyIsRefused) {
  folder_.Write("text", "no key\n");
  EXPECT_EQ(Record(log_, {"--redaction-key", folder_ / "text"}).exit_code, 2);
  Trafrec({"keygen", "--for", "encrypt", "--out", folder_ / "encrypt.key"});
  EXPECT_THAT(Record(log_, {"--redaction-key", folder_ / "encrypt.key"}).err,
              HasSubstr("a secret key for redaction is needed"));
}

TEST_F(RedactionOptions, TheKeyMustNotLieInTheLog) {
  const Outcome outcome = Record(log_, {"--redaction-key", log_ + "/../log/redaction.key"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("would lie in the log"));
}

TEST_F(RedactionOptions, KeepSecretsKeepsThemAndExcludesTheOthers) {
  Record(log_, {"--keep-secrets"});
  EXPECT_THAT(Exported(log_), HasSubstr("s3cret"));
  EXPECT_EQ(Record(log_, {"--keep-secrets", "--redact-query", "token"}).exit_code, 2);
}

TEST_F(RedactionOptions, ANameThatCannotBeIsAUsageErrorBeforeALogIsMade) {
  EXPECT_EQ(Record(log_, {"--redact-json", "password"}).exit_code, 2);
  EXPECT_EQ(Record(log_, {"--redact-header", "X Session"}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(log_));
}

}  // namespace
}  // namespace trafrec::tools
