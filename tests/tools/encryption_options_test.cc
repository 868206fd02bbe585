#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class EncryptionOptions : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    for (const std::string& key : {key_, other_key_}) {
      ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
    }
    ASSERT_EQ(Record({"--encrypt-to", key_ + ".pub"}).exit_code, 0);
  }

  Outcome Record(std::vector<std::string> more) const {
    more.insert(more.begin(),
                {"record", "-q", "--recorder", "test", "-r", folder_ / "sample.pcap", "-l", log_});
    return Trafrec(more);
  }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string key_ = folder_ / "audit.key";
  const std::string other_key_ = folder_ / "other.key";
};

TEST_F(EncryptionOptions, EveryCommandThatReadsOpensTheLogWithAnIdentity) {
  EXPECT_THAT(Trafrec({"show", log_, "--identity", key_}).out, HasSubstr("/idx/_doc/1"));
  EXPECT_THAT(Trafrec({"show", log_, "test-0001-12", "--identity", key_}).out,
              HasSubstr("PUT /idx/_doc/1 HTTP/1.1"));
  EXPECT_THAT(Trafrec({"export", log_, "--identity", key_}).out, HasSubstr("{\\\"a\\\":1}"));
  EXPECT_EQ(Trafrec({"stats", log_, "--identity", key_}).exit_code, 0);
  EXPECT_EQ(Trafrec({"watermarks", log_, "--identity", key_}).exit_code, 0);
  const Outcome verified = Trafrec({"verify", log_, "--identity", key_});
  EXPECT_THAT(verified.out, AllOf(HasSubstr("all is well"), Not(HasSubstr("encrypted"))));
}

TEST_F(EncryptionOptions, OneIdentityOpensTheLogsOfSeveralRecorders) {
  const std::string other = folder_ / "other";
  ASSERT_EQ(Trafrec({"record", "-q", "--recorder", "second", "-r", folder_ / "sample.pcap", "-l",
                     other, "--encrypt-to", key_ + ".pub", "--encrypt-addresses"})
                .exit_code,
            0);
  const Outcome shown =
      Trafrec({"export", log_, "--also", other, "--identity", key_, "--target", "_doc/1"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("/idx/_doc/1"), HasSubstr("\"sightings\":2")));
  const Outcome without = Trafrec({"show", log_, "--also", other});
  EXPECT_EQ(without.exit_code, 0) << without.err;
  EXPECT_THAT(without.err, HasSubstr("the addresses of recorder 'second' are encrypted"));
  EXPECT_EQ(Trafrec({"show", log_, "--also", other, "--target", "_doc/1"}).exit_code, 2);
}

TEST_F(EncryptionOptions, ARepairedLogOpensToWhomTheOldOneDid) {
  const std::string segment = log_ + "/test/0001/000001.sqlite";
  ASSERT_EQ(test_support::RunToEnd(
                {"/usr/bin/sqlite3", segment, "UPDATE frame SET entries=entries+1 WHERE id=1"})
                .exit_code,
            0);
  ASSERT_EQ(Trafrec({"verify", log_, "--identity", key_}).exit_code, 1);
  const std::string out = folder_ / "repaired";
  const Outcome repaired = Trafrec({"verify", "--repair", out, log_, "--identity", key_});
  EXPECT_EQ(repaired.exit_code, 0) << repaired.err << repaired.out;
  EXPECT_EQ(Trafrec({"verify", out, "--identity", key_}).exit_code, 0);
  EXPECT_THAT(Trafrec({"show", out, "--identity", key_}).out, HasSubstr("/idx/_doc/1"));
  EXPECT_THAT(Trafrec({"show", out}).out, Not(HasSubstr("idx")));
}

TEST_F(EncryptionOptions, AVariableNamesTheIdentityToo) {
  EXPECT_THAT(Trafrec({"show", log_}, {.environment = {{"TRAFREC_IDENTITY", key_}}}).out,
              HasSubstr("/idx/_doc/1"));
}

TEST_F(EncryptionOptions, WithoutAnIdentityTheListShowsWhatIsClear) {
  const Outcome shown = Trafrec({"show", log_, "--status", "201"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("PUT"), HasSubstr("(encrypted)"), Not(HasSubstr("idx"))));
  EXPECT_EQ(Trafrec({"stats", log_}).exit_code, 0);
  EXPECT_THAT(Trafrec({"verify", log_, "--deep"}).out,
              HasSubstr("encrypted: only checksums were compared"));
}

TEST_F(EncryptionOptions, WithoutAnIdentityNothingElseCanBeRead) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"show", log_, "test-0001-12"}, {"export", log_}}) {
    const Outcome outcome = Trafrec(command);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("encrypted"));
  }
  const Outcome filtered = Trafrec({"show", log_, "--target", "idx"});
  EXPECT_EQ(filtered.exit_code, 2);
  EXPECT_THAT(filtered.err, AllOf(HasSubstr("target and host are encrypted"),
                                  HasSubstr("try: give --identity KEYFILE")));
}

TEST_F(EncryptionOptions, AWrongIdentityIsToldTheRecipients) {
  const Outcome outcome = Trafrec({"show", log_, "--identity", other_key_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("is encrypted to "), HasSubstr("the identity is ")));
}

TEST_F(EncryptionOptions, AnIdentityThatIsNotThereIsNamed) {
  const Outcome outcome = Trafrec({"show", log_, "--identity", folder_ / "none.key"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("none.key"));
}

TEST_F(EncryptionOptions, AnIdentityThatOthersMayReadIsRefused) {
  chmod(key_.c_str(), 0640);
  EXPECT_THAT(Trafrec({"show", log_, "--identity", key_}).err,
              HasSubstr("is open to others (mode 0640)"));
}

TEST_F(EncryptionOptions, APublicKeyOpensNothingAndASecretOneIsNoRecipient) {
  EXPECT_EQ(Trafrec({"show", log_, "--identity", key_ + ".pub"}).exit_code, 2);
  EXPECT_EQ(Record({"--encrypt-to", key_}).exit_code, 2);
}

TEST_F(EncryptionOptions, AddressesNeedARecipient) {
  EXPECT_EQ(Record({"--encrypt-addresses"}).exit_code, 2);
}

TEST_F(EncryptionOptions, AddressesAreEncryptedWhenAsked) {
  const std::string log = folder_ / "addresses";
  Trafrec({"record", "-q", "--recorder", "test", "-r", folder_ / "sample.pcap", "-l", log,
           "--encrypt-to", key_ + ".pub", "--encrypt-addresses", "--host", "10.0.0.1"});
  const std::string clear = Trafrec({"show", log, "--json"}).out + Trafrec({"stats", log}).out;
  EXPECT_THAT(clear, Not(HasSubstr("10.0.0.")));
  EXPECT_THAT(Trafrec({"show", log, "--json", "--identity", key_}).out, HasSubstr("10.0.0.1"));
}

}  // namespace
}  // namespace trafrec::tools
