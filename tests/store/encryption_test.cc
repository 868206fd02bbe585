#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "store/format/encryption.h"
#include "store/reader/log_reader_sentinels.h"
#include "store/verify/verify.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Identities NewIdentity() {
  auto identities = std::make_shared<std::vector<crypto::Identity>>();
  identities->push_back(crypto::Identity::Generate());
  return identities;
}

const crypto::Recipient& RecipientOf(const Identities& identities) {
  return identities->front().recipient();
}

class EncryptedLog : public testing::Test {
 protected:
  LogWriterOptions Options(bool addresses = false) const {
    LogWriterOptions options = Finite(log_);
    options.encryption = {{RecipientOf(alice_), RecipientOf(bob_)}, addresses};
    return options;
  }
  void Make(bool addresses = false) const { MakeLog(Options(addresses), 3, 100); }
  std::unique_ptr<LogReader> Open(const Identities& identities) const {
    return LogReader::Open(log_, identities).value();
  }
  std::string DamagesFor(const Identities& identities) const {
    std::string text;
    const VerifyReport report = VerifyLog(log_, {.deep = true, .identities = identities}).value();
    for (const Damage& damage : report.damages) {
      text += damage.what + "\n";
    }
    return text;
  }
  static Error RefusalOf(LogReader& reader, const ExchangeFilter& filter) {
    const Status visited = reader.Visit(filter, [](const ExchangeRow&) { return true; });
    EXPECT_FALSE(visited);
    return visited ? Error{} : visited.error();
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  const Identities alice_ = NewIdentity();
  const Identities bob_ = NewIdentity();
  const Identities nobody_ = nullptr;
};

TEST_F(EncryptedLog, OpensToEachRecipient) {
  Make();
  for (const Identities& identities : {alice_, bob_}) {
    const auto reader = Open(identities);
    EXPECT_EQ(Rows(*reader).at(1).target, Exchange(2).target);
    EXPECT_EQ(Rows(*reader).at(1).host, Exchange(2).host);
    EXPECT_EQ(LoadNumber(*reader, 2).request->body, BodyOf(2, 100));
    EXPECT_EQ(DamagesFor(identities), "");
  }
}

TEST_F(EncryptedLog, IsFilteredByWhatIsEncryptedLikeAnyOther) {
  Make(/*addresses=*/true);
  const auto reader = Open(alice_);
  const std::string target = Exchange(2).target;
  EXPECT_THAT(Numbers(*reader, {.target_regex = "^" + target + "$"}), ElementsAre(2));
  EXPECT_THAT(Numbers(*reader, {.where = "target='" + target + "' AND client NOT NULL"}),
              ElementsAre(2));
}

TEST_F(EncryptedLog, AddressesComeBackToo) {
  Make(/*addresses=*/true);
  EXPECT_EQ(Rows(*Open(alice_)).front().client, Connection(1).client);
  EXPECT_EQ(Rows(*Open(nobody_)).front().client.address, IpAddress());
}

TEST_F(EncryptedLog, WithoutAnIdentityWhatIsClearCanBeRead) {
  Make();
  const auto reader = Open(nobody_);
  const ExchangeRow row = Rows(*reader, {.methods = {Exchange(2).method}}).at(1);
  EXPECT_EQ(row.id.number, 2);
  EXPECT_EQ(row.began_at, TimeOf(2));
  EXPECT_EQ(row.request_body_bytes, 100);
  EXPECT_EQ(row.target, "(encrypted)");
  EXPECT_EQ(row.client, Connection(1).client);
  EXPECT_EQ(reader->Attempts().value().front().exchanges, 3);
}

TEST_F(EncryptedLog, WithoutAnIdentityAnExchangeDoesNotOpen) {
  Make();
  const auto reader = Open(nobody_);
  const auto loaded = reader->Load(Rows(*reader).front());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kPermission);
  EXPECT_THAT(loaded.error().remedy, HasSubstr("--identity"));
}

TEST_F(EncryptedLog, WithoutAnIdentityAFilterOnWhatIsEncryptedIsAnErrorThatSaysSo) {
  Make(/*addresses=*/true);
  const auto reader = Open(nobody_);
  for (const ExchangeFilter& filter :
       {ExchangeFilter{.target_regex = "x"}, ExchangeFilter{.where = "host='es'"},
        ExchangeFilter{.where = "server LIKE '10.%'"}}) {
    const Error error = RefusalOf(*reader, filter);
    EXPECT_EQ(error.code, ErrorCode::kUsage);
    EXPECT_THAT(error.what, HasSubstr("are encrypted"));
    EXPECT_THAT(error.remedy, HasSubstr("--identity"));
  }
}

TEST_F(EncryptedLog, AnotherIdentityIsToldWhoseItIs) {
  Make();
  const Identities mallory = NewIdentity();
  EXPECT_THAT(RefusalOf(*Open(mallory), {}).what,
              AllOf(HasSubstr(RecipientOf(alice_).id()), HasSubstr(RecipientOf(bob_).id()),
                    HasSubstr("the identity is " + RecipientOf(mallory).id())));
}

TEST_F(EncryptedLog, VerifyWithAnotherIdentityIsARefusalAndNoDamage) {
  Make();
  const auto report = VerifyLog(log_, {.identities = NewIdentity()});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kPermission);
}

TEST_F(EncryptedLog, NothingThatIsEncryptedIsClearInTheFile) {
  LogWriterOptions options = Options(/*addresses=*/true);
  options.compression = Compression::kNone;
  MakeLog(options, 3, 100);
  std::ostringstream bytes;
  bytes << std::ifstream(FirstSegment(log_), std::ios::binary).rdbuf();
  const std::string client = Connection(1).client.address.ToString();
  for (const std::string& clear :
       {RequestHead(2), BodyOf(2, 100), Exchange(2).target, Exchange(2).host, client}) {
    EXPECT_THAT(bytes.str(), Not(HasSubstr(clear)));
  }
}

TEST_F(EncryptedLog, EverySegmentHasAKeyOfItsOwn) {
  LogWriterOptions options = Options();
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options).value();
  for (ExchangeNumber n = 1; n <= 3; ++n) {
    PutExchanges(*writer, n, n, 100);
    writer->Drain();
  }
  ASSERT_TRUE(writer->Close(TimeOf(4)));
  const auto reader = Open(bob_);
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3));
  EXPECT_EQ(LoadNumber(*reader, 3).request->body, BodyOf(3, 100));
  EXPECT_EQ(DamagesFor(bob_), "");
}

TEST_F(EncryptedLog, VerifyWithoutAnIdentityComparesChecksumsAndSaysSo) {
  Make();
  const VerifyReport report = VerifyLog(log_, {.deep = true}).value();
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.sealed_frames, report.frames);
  Spoil(FirstSegment(log_),
        "UPDATE frame SET data = substr(data, 1, length(data) - 1) || x'00' "
        "WHERE id=1");
  EXPECT_THAT(DamagesFor(nobody_), HasSubstr("frame 1: the frame's checksum"));
}

/// Two frames of one shape, so that only their places differ.
TEST_F(EncryptedLog, AFrameThatWasMovedDoesNotOpen) {
  LogWriterOptions options = Options();
  options.compression = Compression::kNone;
  auto writer = LogWriter::Open(options).value();
  for (ExchangeNumber n = 1; n <= 3; ++n) {
    PutExchanges(*writer, n, n, 100);
    writer->Drain();
  }
  ASSERT_TRUE(writer->Close(TimeOf(4)));
  Spoil(FirstSegment(log_),
        "UPDATE frame SET data = (SELECT data FROM frame WHERE id=2) "
        "WHERE id=3");
  EXPECT_THAT(DamagesFor(alice_), HasSubstr("frame 3: it cannot be decrypted"));
}

TEST_F(EncryptedLog, TextsThatWereMovedDoNotOpen) {
  Make();
  Spoil(FirstSegment(log_), "UPDATE text_block SET first = 2");
  EXPECT_THAT(DamagesFor(alice_), HasSubstr("the texts from 2 on: it cannot be decrypted"));
}

TEST_F(EncryptedLog, DamagedTextsAreNamedWithoutAnIdentity) {
  Make();
  Spoil(FirstSegment(log_),
        "UPDATE text_block SET data = substr(data, 1, length(data) - 1) || x'00' WHERE first=1");
  EXPECT_THAT(DamagesFor(nobody_), HasSubstr("the texts from 1 on: the frame's checksum"));
}

/// More texts than a block holds and a writer or a reader keeps, and one that is in the first.
TEST_F(EncryptedLog, ManyTextsAreAllFound) {
  auto writer = LogWriter::Open(Options()).value();
  PutExchanges(*writer, 1, 20'000, 0);
  ASSERT_TRUE(writer->Close(TimeOf(20'001)));
  EXPECT_EQ(DamagesFor(alice_), "");
}

TEST_F(EncryptedLog, ASealedKeyThatWasAlteredIsNamed) {
  Make();
  Spoil(FirstSegment(log_), "UPDATE recipient SET sealed = zeroblob(80)");
  EXPECT_THAT(RefusalOf(*Open(alice_), {}).what,
              HasSubstr("the sealed key for " + RecipientOf(alice_).id() + " is damaged"));
}

TEST_F(EncryptedLog, ADeadAttemptIsRecoveredWithoutAnIdentityAndOpensToItsRecipients) {
  LogWriterOptions options = Live(log_);
  options.encryption = Options().encryption;
  auto writer = LogWriter::Open(options).value();
  PutExchanges(*writer, 1, 3, 100);
  writer->Drain();
  const std::filesystem::path copy = folder_ / "copy";
  std::filesystem::copy(log_, copy, std::filesystem::copy_options::recursive);
  ASSERT_TRUE(writer->Close(TimeOf(4)));

  ASSERT_TRUE(LogWriter::Open(Live(copy)).value()->Close(TimeOf(5)));
  const auto reader = LogReader::Open(copy, bob_).value();
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3));
  EXPECT_EQ(LoadNumber(*reader, 3).request->body, BodyOf(3, 100));
  EXPECT_THAT(VerifyLog(copy, {.deep = true, .identities = bob_}).value().damages, IsEmpty());
  EXPECT_EQ(reader->Attempts().value().front().losses.back().cause, LossCause::kCrash);
}

/// The words of a token come from a head; what says that it counts does not.
TEST_F(EncryptedLog, TheWordsOfASentinelAreEncrypted) {
  auto writer = LogWriter::Open(Options()).value();
  PutExchanges(*writer, 1, 2, 100);
  writer->PutSentinel({1, SentinelVerdict::kCounted, TimeOf(1), "21fe31dfa154a261", "prod-audience",
                       TimeOf(1), std::string(32, '7'), "x-purpose", ""});
  writer->PutSentinel({2, SentinelVerdict::kMalformed, TimeOf(2), "", "", 0, "", "",
                       "no field is called x-detail"});
  ASSERT_TRUE(writer->Close(TimeOf(3)));
  std::ostringstream bytes;
  bytes << std::ifstream(FirstSegment(log_), std::ios::binary).rdbuf();
  for (const char* word : {"prod-audience", "x-purpose", "x-detail"}) {
    EXPECT_THAT(bytes.str(), Not(HasSubstr(word)));
  }
  const std::vector<SentinelRow> open = Open(bob_)->Sentinels().value();
  EXPECT_EQ(open.at(0).record.audience, "prod-audience");
  EXPECT_EQ(open.at(0).record.purpose, "x-purpose");
  EXPECT_EQ(open.at(1).record.detail, "no field is called x-detail");
  EXPECT_EQ(DamagesFor(bob_), "");
  const std::vector<SentinelRow> hidden = Open(nobody_)->Sentinels().value();
  EXPECT_EQ(hidden.at(0).record.purpose, "(encrypted)");
  EXPECT_EQ(hidden.at(0).record.nonce, std::string(32, '7'));
  EXPECT_EQ(hidden.at(1).record.audience, "");
}

/// Its own host has no identity, and a replayed sentinel must not count there.
TEST_F(EncryptedLog, ARecorderKnowsItsEarlierNoncesWithoutAnIdentity) {
  auto writer = LogWriter::Open(Options()).value();
  PutExchanges(*writer, 1, 1, 100);
  writer->PutSentinel({1, SentinelVerdict::kCounted, TimeOf(1), "21fe31dfa154a261", "prod",
                       TimeOf(1), std::string(32, '7'), "lag", ""});
  ASSERT_TRUE(writer->Close(TimeOf(2)));
  EarlierNonces earlier = ReadEarlierNonces(log_, "r", std::nullopt);
  EXPECT_THAT(earlier.warnings, IsEmpty());
  SentinelNonce nonce;
  nonce.fill(0x77);
  EXPECT_EQ(earlier.seen.Add(TimeOf(1), nonce, TimeOf(1)), NonceStore::Finding::kSeen);
}

TEST_F(EncryptedLog, AnOpenSegmentIsReadWhileItIsWritten) {
  LogWriterOptions options = Live(log_);
  options.encryption = Options().encryption;
  auto writer = LogWriter::Open(options).value();
  PutExchanges(*writer, 1, 3, 100);
  writer->Drain();
  const auto reader = Open(alice_);
  EXPECT_THAT(Numbers(*reader), ElementsAre(1, 2, 3));
  EXPECT_EQ(LoadNumber(*reader, 2).request->body, BodyOf(2, 100));
  ASSERT_TRUE(writer->Close(TimeOf(4)));
}

}  // namespace
}  // namespace trafrec::store
