// A replay's results and what they were sent for: as entries, as rows, to readers, verify and
// repair.

#include "store/format/result_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "store/format/entry_format.h"
#include "store/repair/repair.h"
#include "store/verify/verify.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Of exchange n: it was sent for exchange 100 + n of another log.
ResultLink LinkOf(ExchangeNumber n) {
  return {.exchange = n,
          .source_recorder = "web1",
          .source_attempt = 3,
          .source_exchange = 100 + n,
          .first_item = 2,
          .items = 5,
          .tries = 4,
          .parts = 2,
          .target = "new-cluster",
          .lag_ns = 1'500'000,
          .wait = "order",
          .wait_ns = 1'000'000,
          .source_outcome = "created",
          .target_outcome = "conflict"};
}

ResultLink ExtremeLink() {
  ResultLink link = LinkOf(1);
  link.exchange = link.source_exchange = std::numeric_limits<uint64_t>::max();
  link.source_attempt = link.first_item = link.items = link.tries = link.parts =
      std::numeric_limits<uint32_t>::max();
  link.lag_ns = std::numeric_limits<int64_t>::min();
  link.wait_ns = std::numeric_limits<int64_t>::max();
  return link;
}

EntryView Only(const FrameBuffer& raw) {
  Bytes rest = raw.bytes();
  const EntryView entry = TakeEntry(rest).value();
  EXPECT_TRUE(rest.empty());
  return entry;
}

TEST(EntryFormat, ResultLinkComesBack) {
  for (const ResultLink& link : {ExtremeLink(), ResultLink()}) {
    FrameBuffer raw;
    EntryEncoder().Link(link, raw);
    EXPECT_EQ(Only(raw).kind, EntryKind::kResultLink);
    EXPECT_EQ(DecodeResultLink(Only(raw)).value(), link);
  }
}

TEST(EntryFormat, ACutResultLinkIsDamage) {
  FrameBuffer raw;
  EntryEncoder().Link(LinkOf(1), raw);
  const EntryView whole = Only(raw);
  for (size_t size = 0; size < whole.facts.size(); ++size) {
    EXPECT_FALSE(DecodeResultLink({whole.kind, whole.facts.first(size), whole.payload})) << size;
  }
  const Bytes cut = whole.payload.first(whole.payload.size() - 1);
  EXPECT_FALSE(DecodeResultLink({whole.kind, whole.facts, cut}));
}

/// The log of a run: exchanges 1 to 4, of which the first is linked to nothing.
class Results : public testing::Test {
 protected:
  void Put(const LogWriterOptions& options) const {
    auto writer = LogWriter::Open(options).value();
    PutExchanges(*writer, 1, 1);
    for (ExchangeNumber n = 2; n <= 4; ++n) {
      writer->PutResultLink(LinkOf(n));
      PutExchanges(*writer, n, n);
    }
    CHECK(writer->Close(TimeOf(9)).has_value());
  }
  static std::vector<ExchangeNumber> LinkedTo(LogReader& reader) {
    std::vector<ExchangeNumber> numbers;
    for (const ExchangeRow& row : Rows(reader)) {
      numbers.push_back(row.link ? row.link->source_exchange : 0);
    }
    return numbers;
  }
  static std::string RepairedDamages(const std::filesystem::path& log,
                                     const std::filesystem::path& to) {
    CHECK(RepairLog(log, to).has_value());
    return DamagesOf(to);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  const std::filesystem::path out_ = folder_ / "out";
};

TEST_F(Results, RowsSayWhatTheyWereSentFor) {
  Put(Finite(log_));
  const auto reader = OpenReader(log_);
  EXPECT_THAT(LinkedTo(*reader), ElementsAre(0, 102, 103, 104));
  EXPECT_EQ(Rows(*reader).at(2).link, LinkOf(3));
  EXPECT_EQ(DamagesOf(log_), "");
}

TEST_F(Results, LoadedExchangesHaveTheLinkOfTheFrame) {
  Put(Finite(log_));
  Spoil(FirstSegment(log_), "UPDATE result_link SET tries=77 WHERE exchange=3");
  const auto reader = OpenReader(log_);
  EXPECT_EQ(LoadNumber(*reader, 3).row.link, LinkOf(3));
}

TEST_F(Results, AreFoundByTheSourcesExchange) {
  Put(Finite(log_));
  const auto reader = OpenReader(log_);
  EXPECT_THAT(reader->ResultsOf({"web1", 3, 103}).value(), ElementsAre(ExchangeId{"r", 1, 3}));
  EXPECT_THAT(reader->ResultsOf({"web1", 3, 101}).value(), IsEmpty());
  EXPECT_THAT(reader->ResultsOf({"web2", 3, 103}).value(), IsEmpty());
  EXPECT_THAT(reader->ResultsOf({"web1", 4, 103}).value(), IsEmpty());
}

TEST_F(Results, AreReadWhileTheRunGoesOn) {
  auto writer = LogWriter::Open(Live(log_)).value();
  writer->PutResultLink(LinkOf(1));
  PutExchanges(*writer, 1, 1);
  writer->Drain();
  const auto reader = OpenReader(log_);
  EXPECT_THAT(LinkedTo(*reader), ElementsAre(101));
  writer->PutResultLink(LinkOf(2));
  PutExchanges(*writer, 2, 2);
  writer->Drain();
  EXPECT_THAT(reader->ResultsOf({"web1", 3, 102}).value(), ElementsAre(ExchangeId{"r", 1, 2}));
  ASSERT_TRUE(writer->Close(TimeOf(9)).has_value());
}

TEST_F(Results, AreCountedByAttempt) {
  Put(Finite(log_));
  EXPECT_EQ(OpenReader(log_)->Attempts()->front().results, 3U);
}

TEST_F(Results, LinkAndExchangeShareAFrame) {
  auto writer = LogWriter::Open(Finite(log_)).value();
  for (ExchangeNumber n = 1; n <= 60; ++n) {
    writer->PutResultLink(LinkOf(n));
    PutExchanges(*writer, n, n, 50'000);
  }
  ASSERT_TRUE(writer->Close(TimeOf(99)).has_value());
  auto segment = db::Database::Open(FirstSegment(log_), db::OpenMode::kReadImmutable).value();
  EXPECT_GT(segment.QueryInt("SELECT max(frame) FROM result_link").value(), 1);
  EXPECT_EQ(segment
                .QueryInt("SELECT count(*) FROM result_link l JOIN exchange e ON "
                          "e.n=l.exchange AND e.frame=l.frame")
                .value(),
            60);
}

TEST_F(Results, SegmentsOfEarlierWritersHaveNone) {
  Put(Finite(log_));
  Spoil(FirstSegment(log_), "DROP TABLE result_link");
  const auto reader = OpenReader(log_);
  EXPECT_THAT(LinkedTo(*reader), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(reader->ResultsOf({"web1", 3, 103}).value(), IsEmpty());
  EXPECT_EQ(reader->Attempts()->front().results, 0U);
}

TEST_F(Results, EachColumnOfALinkIsVerified) {
  for (const char* change :
       {"source_recorder='x'", "source_attempt=9", "source_exchange=9", "first_item=9", "items=0",
        "tries=9", "parts=9", "target=NULL", "lag_ns=9", "wait='x'", "wait_ns=9",
        "source_outcome=NULL", "target_outcome='x'", "exchange=9", "entry=0", "frame=7"}) {
    std::filesystem::remove_all(log_);
    Put(Finite(log_));
    Spoil(FirstSegment(log_),
          std::string("UPDATE result_link SET ") + change + " WHERE exchange=3");
    EXPECT_THAT(DamagesOf(log_), HasSubstr("the link of exchange r-0001-1")) << change;
  }
}

TEST_F(Results, MissingAndInventedLinksAreNamed) {
  Put(Finite(log_));
  Spoil(FirstSegment(log_), "UPDATE result_link SET exchange=9, frame=77 WHERE exchange=3");
  const std::string damages = DamagesOf(log_);
  EXPECT_THAT(damages, HasSubstr("the link of exchange r-0001-13, which has no row"));
  EXPECT_THAT(damages, HasSubstr("the link of exchange r-0001-19 points to"));
}

TEST_F(Results, RepairMakesLinksAnewFromTheFrames) {
  Put(Finite(log_));
  Spoil(FirstSegment(log_),
        "DELETE FROM result_link WHERE exchange=2; UPDATE result_link SET tries=9");
  EXPECT_EQ(RepairedDamages(log_, out_), "");
  const auto reader = OpenReader(out_);
  EXPECT_THAT(LinkedTo(*reader), ElementsAre(0, 102, 103, 104));
  EXPECT_EQ(Rows(*reader).at(3).link, LinkOf(4));
}

TEST_F(Results, RepairOfAnEncryptedLogKeepsLinks) {
  auto identities = std::make_shared<std::vector<crypto::Identity>>();
  identities->push_back(crypto::Identity::Generate());
  LogWriterOptions options = Finite(log_);
  options.encryption = {{identities->front().recipient()}, true};
  Put(options);
  // A row that its manifest does not prove makes repair copy what is good.
  Spoil(FirstSegment(log_), "UPDATE counter SET value=value+1");
  ASSERT_TRUE(RepairLog(log_, out_, identities).has_value());
  const auto reader = LogReader::Open(out_, identities).value();
  EXPECT_THAT(LinkedTo(*reader), ElementsAre(0, 102, 103, 104));
  EXPECT_EQ(LoadNumber(*reader, 3).row.link, LinkOf(3));
  const VerifyReport report = VerifyLog(out_, {.deep = true, .identities = identities}).value();
  EXPECT_THAT(report.damages, IsEmpty());
}

TEST_F(Results, LinksOfAnEncryptedLogAreClear) {
  auto identities = std::make_shared<std::vector<crypto::Identity>>();
  identities->push_back(crypto::Identity::Generate());
  LogWriterOptions options = Finite(log_);
  options.encryption = {{identities->front().recipient()}, true};
  Put(options);
  EXPECT_EQ(Rows(*OpenReader(log_)).at(2).link, LinkOf(3));
}

}  // namespace
}  // namespace trafrec::store
