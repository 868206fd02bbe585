#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/repair/repair.h"
#include "store/verify/verify.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr ExchangeNumber kExchanges = 60;
constexpr size_t kBodyBytes = 50'000;

Identities NewIdentity() {
  auto identities = std::make_shared<std::vector<crypto::Identity>>();
  identities->push_back(crypto::Identity::Generate());
  return identities;
}

/// An encrypted log of one attempt, with several frames in each of its two segments or more.
class RepairingEncrypted : public testing::Test {
 protected:
  RepairingEncrypted() {
    LogWriterOptions options = Encrypted(Finite(log_));
    options.segment_bytes_max = 2'500'000;
    options.compression = Compression::kNone;
    MakeLog(options, kExchanges, kBodyBytes);
  }

  LogWriterOptions Encrypted(LogWriterOptions options) const {
    options.encryption = {{alice_->front().recipient(), bob_->front().recipient()}, true};
    return options;
  }
  std::filesystem::path Segment(int number) const {
    return log_ / "r/0001" / ("00000" + std::to_string(number) + ".sqlite");
  }
  RepairReport Repaired(const Identities& identities = nullptr) const {
    return RepairLog(log_, out_, identities).value();
  }
  std::unique_ptr<LogReader> Open(const Identities& identities) const {
    return LogReader::Open(out_, identities).value();
  }
  std::vector<std::string> Damages(const Identities& identities) const {
    std::vector<std::string> damages;
    const VerifyReport report = VerifyLog(out_, {.deep = true, .identities = identities}).value();
    for (const Damage& damage : report.damages) {
      damages.push_back(damage.what);
    }
    return damages;
  }

  static constexpr const char* kFlipInFrame2 =
      "UPDATE frame SET data = CAST(substr(data, 1, 1000) || X'0102' || substr(data, 1003) AS "
      "BLOB) WHERE id = 2";

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  const std::filesystem::path out_ = folder_ / "out";
  const Identities alice_ = NewIdentity();
  const Identities bob_ = NewIdentity();
};

TEST_F(RepairingEncrypted, WholeAttemptIsCopiedByteForByte) {
  const RepairReport report = Repaired();
  EXPECT_EQ(report.attempts_copied, 1U);
  EXPECT_EQ(ContentOf(out_ / "r/0001/000001.sqlite"), ContentOf(Segment(1)));
}

TEST_F(RepairingEncrypted, WhatIsNotDamagedOpensToEachRecipient) {
  Spoil(Segment(1), kFlipInFrame2);
  const std::vector<std::string> damaged = Repaired().left_out.at(0).exchanges;
  EXPECT_THAT(damaged, Not(IsEmpty()));
  for (const Identities& identities : {alice_, bob_}) {
    const auto reader = Open(identities);
    size_t whole = 0;
    for (const ExchangeRow& row : Rows(*reader)) {
      const auto loaded = reader->Load(row);
      ASSERT_TRUE(loaded) << loaded.error().what;
      EXPECT_EQ(row.target, Exchange(row.id.number).target);
      EXPECT_EQ(row.client, Connection(1).client);
      whole += loaded->request && loaded->response && row.flags == 0 &&
                       loaded->request->body == BodyOf(row.id.number, kBodyBytes)
                   ? 1
                   : 0;
    }
    EXPECT_GE(whole, kExchanges - damaged.size());
  }
}

TEST_F(RepairingEncrypted, RepairedLogVerifiesWithAnIdentityAndWithout) {
  Spoil(Segment(1), kFlipInFrame2);
  Spoil(Segment(2), "UPDATE frame SET data=X'00' WHERE id=1");
  Repaired();
  EXPECT_THAT(Damages(alice_), IsEmpty());
  EXPECT_THAT(Damages(nullptr), IsEmpty());
}

TEST_F(RepairingEncrypted, NothingClearIsWrittenThoughAnIdentityWasGiven) {
  Spoil(Segment(1), kFlipInFrame2);
  Repaired(alice_);
  for (const char* name : {"000001.sqlite", "000002.sqlite"}) {
    const std::string bytes = ContentOf(out_ / "r/0001" / name);
    for (ExchangeNumber n = 1; n <= kExchanges; ++n) {
      EXPECT_THAT(bytes, Not(HasSubstr(Exchange(n).target))) << n;
      EXPECT_THAT(bytes, Not(HasSubstr(BodyOf(n, 100)))) << n;
    }
    EXPECT_THAT(bytes, Not(HasSubstr(Connection(1).client.address.ToString())));
  }
}

TEST_F(RepairingEncrypted, LossRowsStandForWhatWasLeftOut) {
  Spoil(Segment(1), kFlipInFrame2);
  Repaired();
  const auto reader = Open(alice_);
  const std::vector<LossRecord> losses = reader->Attempts().value().front().losses;
  const auto damage = std::ranges::find(losses, LossCause::kDamage, &LossRecord::cause);
  ASSERT_NE(damage, losses.end());
  const std::vector<ExchangeNumber> there = Numbers(*reader);
  for (ExchangeNumber n = 1; n <= kExchanges; ++n) {
    const bool covered = damage->from <= TimeOf(n) + 3000 && damage->until >= TimeOf(n);
    EXPECT_TRUE(std::ranges::find(there, n) != there.end() || covered) << n;
  }
}

TEST_F(RepairingEncrypted, AForgedFrameIsFoundWithAnIdentity) {
  Spoil(Segment(1),
        "UPDATE frame SET (entries, raw_bytes, data) = (SELECT entries, raw_bytes, data FROM frame "
        "WHERE id=1) WHERE id=2");
  EXPECT_THAT(Repaired(alice_).left_out,
              ElementsAre(Field(&LeftOut::what, HasSubstr("frame 2: it cannot be decrypted"))));
  EXPECT_THAT(Damages(bob_), IsEmpty());
}

TEST_F(RepairingEncrypted, RowsThatAreNotThoseOfTheirEntriesAreNamedWithAnIdentity) {
  Spoil(Segment(1), "UPDATE exchange SET status=500 WHERE n=3");
  EXPECT_THAT(Repaired(alice_).left_out,
              ElementsAre(Field(&LeftOut::what, HasSubstr("the row of exchange r-0001-13 says "
                                                          "status"))));
}

TEST_F(RepairingEncrypted, MissingSegmentBecomesALossRow) {
  std::filesystem::remove(Segment(1));
  EXPECT_THAT(Repaired().left_out, Contains(Field(&LeftOut::what, HasSubstr("missing"))));
  EXPECT_THAT(Damages(alice_), IsEmpty());
  const auto reader = Open(alice_);
  EXPECT_THAT(reader->Attempts().value().front().losses,
              Contains(Field(&LossRecord::cause, LossCause::kDamage)));
  EXPECT_THAT(Rows(*reader), Not(IsEmpty()));
}

TEST_F(RepairingEncrypted, SegmentThatIsNoDatabaseAnyMoreCostsOnlyItself) {
  std::ofstream(Segment(1), std::ios::binary | std::ios::in) << std::string(40'000, 'x');
  EXPECT_THAT(Repaired().left_out, Contains(Field(&LeftOut::file, "r/0001/000001.sqlite")));
  EXPECT_THAT(Damages(bob_), IsEmpty());
  EXPECT_THAT(Numbers(*Open(bob_)), Not(IsEmpty()));
}

TEST_F(RepairingEncrypted, APageThatCannotBeReadCostsItsOwnRowsOnly) {
  const TemporaryFolder folder;
  MakeLog(Encrypted(Finite(folder / "log")), 2'000, 10);
  const std::filesystem::path segment = FirstSegment(folder / "log");
  auto database = db::Database::Open(segment, db::OpenMode::kReadWrite).value();
  const int64_t page =
      database
          .QueryInt(
              "SELECT pageno FROM dbstat WHERE name='exchange' AND pagetype='leaf' "
              "ORDER BY path LIMIT 1 OFFSET 1")
          .value()
          .value();
  std::fstream file(segment, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp((page - 1) * 16'384);
  file << std::string(16'384, '\xee');
  file.close();
  const auto repaired = RepairLog(folder / "log", folder / "out");
  ASSERT_TRUE(repaired) << repaired.error().what;
  const size_t left = Rows(*LogReader::Open(folder / "out", alice_).value()).size();
  EXPECT_GT(left, 1'000U);
  EXPECT_LT(left, 2'000U);
}

TEST_F(RepairingEncrypted, ADeadRecordersLogOpensToItsRecipients) {
  const TemporaryFolder folder;
  {
    auto killed = LogWriter::Open(Encrypted(Live(folder / "log"))).value();
    PutExchanges(*killed, 1, 10);
    killed->Drain();
    std::filesystem::copy(folder / "log", folder / "dead",
                          std::filesystem::copy_options::recursive);
  }
  EXPECT_THAT(RepairLog(folder / "dead", folder / "out").value().left_out, IsEmpty());
  const auto reader = LogReader::Open(folder / "out", bob_).value();
  EXPECT_THAT(Numbers(*reader), SizeIs(10));
  EXPECT_EQ(LoadNumber(*reader, 3).row.target, Exchange(3).target);
  EXPECT_THAT(VerifyLog(folder / "out", {.deep = true, .identities = bob_}).value().damages,
              IsEmpty());
}

TEST_F(RepairingEncrypted, BodyThatLostAnExtentIsNotCalledComplete) {
  const TemporaryFolder folder;
  auto writer = LogWriter::Open(Encrypted(Finite(folder / "log"))).value();
  const std::string head = RequestHead(1);
  writer->PutConnection(Connection(1));
  writer->PutExtent(2, 0, AsBytes("one "));
  writer->Drain();
  writer->PutExtent(2, 1, AsBytes("two "));
  writer->Drain();
  MessageRecord message = Message(2, AsBytes(head), AsBytes("rest"));
  message.extents = 2;
  writer->PutMessage(message);
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 200 OK\r\n\r\n"), AsBytes("ok")));
  writer->PutExchange(Exchange(1));
  ASSERT_TRUE(writer->Close(TimeOf(1)).has_value());
  writer.reset();
  Spoil(FirstSegment(folder / "log"), "UPDATE frame SET data=X'00' WHERE id=2");
  const auto repaired = RepairLog(folder / "log", folder / "out");
  ASSERT_TRUE(repaired) << repaired.error().what;
  const StoredExchange exchange = LoadNumber(*LogReader::Open(folder / "out", alice_).value(), 1);
  EXPECT_TRUE(HasFlag(exchange.row.flags, Flag::kBodyShed));
  EXPECT_FALSE(exchange.request.has_value());
  EXPECT_TRUE(exchange.response.has_value());
}

TEST_F(RepairingEncrypted, AnIdentityOfNobodyIsRefused) {
  Spoil(Segment(1), kFlipInFrame2);
  const auto report = RepairLog(log_, out_, NewIdentity());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kPermission);
  EXPECT_FALSE(std::filesystem::exists(out_));
}

}  // namespace
}  // namespace trafrec::store
