// Sentinels and the marks' history: as entries, as rows, and as verify sees them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "store/format/entry_format.h"
#include "store/reader/log_reader_sentinels.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr TimeNs kMinute = 60 * kNsPerSecond;

SentinelRecord Sentinel(ExchangeNumber exchange, SentinelVerdict verdict, TimeNs at,
                        char nonce = '1') {
  return {.exchange = exchange,
          .verdict = verdict,
          .at = at,
          .key_id = "21fe31dfa154a261",
          .audience = "prod",
          .sent_at = at - kNsPerMs,
          .nonce = std::string(32, nonce),
          .purpose = "lag",
          .detail = ""};
}

EntryView Only(const FrameBuffer& raw) {
  Bytes rest = raw.bytes();
  const EntryView entry = TakeEntry(rest).value();
  EXPECT_TRUE(rest.empty());
  return entry;
}

TEST(EntryFormat, SentinelComesBack) {
  SentinelRecord sentinel = Sentinel(UINT64_MAX, SentinelVerdict::kUnanswered, INT64_MAX);
  sentinel.sent_at = 1;
  sentinel.detail = "all of it";
  FrameBuffer raw;
  EntryEncoder().Sentinel(sentinel, raw);
  EXPECT_EQ(DecodeSentinel(Only(raw)).value(), sentinel);
}

TEST(EntryFormat, WatermarkComesBack) {
  const WatermarkRecord watermark{
      INT64_MAX, INT64_MIN, 7, {HoldCause::kRequest, UINT64_MAX}, {HoldCause::kSettling, 3}};
  FrameBuffer raw;
  EntryEncoder().Watermark(watermark, raw);
  EXPECT_EQ(DecodeWatermark(Only(raw)).value(), watermark);
}

TEST(EntryFormat, ACutSentinelOrWatermarkIsDamage) {
  FrameBuffer raw;
  EntryEncoder().Sentinel(Sentinel(1, SentinelVerdict::kCounted, kBegin), raw);
  EntryView entry = Only(raw);
  const EntryView whole = entry;
  for (size_t size = 0; size < whole.facts.size(); ++size) {
    entry.facts = whole.facts.first(size);
    EXPECT_FALSE(DecodeSentinel(entry)) << size;
    EXPECT_FALSE(DecodeWatermark({EntryKind::kWatermark, whole.facts.first(size % 7), {}})) << size;
  }
  entry = whole;
  entry.payload = whole.payload.first(whole.payload.size() - 1);
  EXPECT_FALSE(DecodeSentinel(entry));
}

class Marked : public testing::Test {
 protected:
  /// A log of one recorder with these sentinels.
  void Put(const std::vector<SentinelRecord>& sentinels) {
    auto writer = LogWriter::Open(Finite(log_)).value();
    PutExchanges(*writer, 1, 9);
    for (const SentinelRecord& sentinel : sentinels) {
      writer->PutSentinel(sentinel);
    }
    CHECK(writer->Close(TimeOf(9)).has_value());
  }
  std::vector<std::string> History() const {
    auto database = db::Database::Open(FirstSegment(log_), db::OpenMode::kReadImmutable).value();
    auto rows = database
                    .Prepare(
                        "SELECT ((at_ns - ?1) / 1000000000) || ' ' || "
                        "((requests_through - ?1) / 1000000000) || ' ' || "
                        "((answers_through - ?1) / 1000000000) || ' ' || coalesce(hold, '-') "
                        "FROM watermark ORDER BY rowid")
                    .value();
    rows.Bind(0, kBegin);
    std::vector<std::string> history;
    while (rows.Step().value()) {
      history.emplace_back(rows.Text(0));
    }
    return history;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
};

TEST_F(Marked, SentinelsComeBackInOrderOfTime) {
  const SentinelRecord late = Sentinel(2, SentinelVerdict::kCounted, TimeOf(8));
  SentinelRecord early = Sentinel(3, SentinelVerdict::kMalformed, TimeOf(1));
  early.nonce = "";
  early.detail = "kid is missing";
  Put({late, early});
  const auto rows = OpenReader(log_)->Sentinels().value();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].record, early);
  EXPECT_EQ(rows[1].record, late);
  EXPECT_EQ(rows[1].id, (ExchangeId{"r", 1, 2}));
  EXPECT_EQ(DamagesOf(log_), "");
}

TEST_F(Marked, EachColumnOfASentinelIsVerified) {
  for (const char* change :
       {"verdict=0", "at_ns=1", "key_id='x'", "audience=NULL", "sent_ns=NULL", "nonce='x'",
        "purpose='cutover'", "detail='x'", "exchange=3", "entry=0", "frame=7"}) {
    std::filesystem::remove_all(log_);
    Put({Sentinel(2, SentinelVerdict::kReplayed, TimeOf(2))});
    Spoil(FirstSegment(log_), std::string("UPDATE sentinel SET ") + change);
    EXPECT_THAT(DamagesOf(log_), HasSubstr("the sentinel of exchange")) << change;
  }
}

TEST_F(Marked, MissingAndInventedSentinelsAreNamed) {
  Put({Sentinel(2, SentinelVerdict::kReplayed, TimeOf(2))});
  Spoil(FirstSegment(log_), "UPDATE sentinel SET exchange=9, frame=77");
  const std::string damages = DamagesOf(log_);
  EXPECT_THAT(damages, HasSubstr("the sentinel of exchange r-0001-12, which has no row"));
  EXPECT_THAT(damages, HasSubstr("the sentinel of exchange r-0001-19 points to"));
}

TEST_F(Marked, EachTenSecondsAndTheEndHaveARowWithTheHold) {
  auto writer = LogWriter::Open(Finite(log_)).value();
  PutExchanges(*writer, 1, 1);
  for (int second = 0; second <= 25; ++second) {
    const TimeNs now = kBegin + second * kNsPerSecond;
    writer->Advance({2, now, kBegin, {}, {HoldCause::kAnswer, 1}}, now);
  }
  const TimeNs end = kBegin + 26 * kNsPerSecond;
  writer->Advance({2, end, end}, end);
  ASSERT_TRUE(writer->Close(end));
  EXPECT_THAT(History(), ElementsAre("11 11 0 answer 1", "21 21 0 answer 1", "26 26 26 -"));
  EXPECT_EQ(DamagesOf(log_), "");
}

TEST_F(Marked, EachColumnOfAWatermarkIsVerified) {
  for (const char* sql :
       {"UPDATE watermark SET at_ns=1", "UPDATE watermark SET requests_through=1",
        "UPDATE watermark SET answers_through=1", "UPDATE watermark SET hold='answer 1'",
        "DELETE FROM watermark", "INSERT INTO watermark VALUES(1, 1, 1, NULL)"}) {
    std::filesystem::remove_all(log_);
    Put({});
    Spoil(FirstSegment(log_), sql);
    EXPECT_THAT(DamagesOf(log_), HasSubstr("watermark")) << sql;
  }
}

TEST_F(Marked, TheHoldsAreThoseOfTheLastCommit) {
  auto writer = LogWriter::Open(Finite(log_)).value();
  PutExchanges(*writer, 1, 1);
  writer->Advance({2, TimeOf(1), TimeOf(1), {HoldCause::kUndelivered, 0}, {HoldCause::kAnswer, 1}},
                  TimeOf(1));
  ASSERT_TRUE(writer->Close(TimeOf(1)));
  const Marks marks = OpenReader(log_)->Attempts()->front().written;
  EXPECT_EQ(marks.requests_hold, (Hold{HoldCause::kUndelivered, 0}));
  EXPECT_EQ(marks.answers_hold, (Hold{HoldCause::kAnswer, 1}));
}

TEST_F(Marked, EarlierNoncesAreThoseOfVerifiedSentinels) {
  Put({Sentinel(1, SentinelVerdict::kCounted, kBegin, '1'),
       Sentinel(2, SentinelVerdict::kUnanswered, kBegin, '2'),
       Sentinel(3, SentinelVerdict::kBadSignature, kBegin, '3'),
       Sentinel(4, SentinelVerdict::kReplayed, kBegin, '1')});
  const EarlierNonces earlier = ReadEarlierNonces(log_, "r", std::nullopt);
  EXPECT_EQ(earlier.seen.size(), 2U);
  EXPECT_THAT(earlier.warnings, IsEmpty());
}

TEST_F(Marked, EarlierNoncesOfAnotherRecorderAreNotOurs) {
  Put({Sentinel(1, SentinelVerdict::kCounted, kBegin)});
  EXPECT_EQ(ReadEarlierNonces(log_, "other", std::nullopt).seen.size(), 0U);
}

TEST_F(Marked, WithASinceOnlyLaterNoncesAreKnownAndEarlierTokensAreNotNew) {
  Put({Sentinel(1, SentinelVerdict::kCounted, kBegin, '1'),
       Sentinel(2, SentinelVerdict::kCounted, kBegin + kMinute, '2')});
  EarlierNonces earlier = ReadEarlierNonces(log_, "r", kBegin);
  EXPECT_EQ(earlier.seen.size(), 1U);
  EXPECT_EQ(earlier.seen.Add(kBegin, {9}, kBegin), NonceStore::Finding::kForgotten);
}

TEST_F(Marked, ADamagedSegmentIsAWarningAndKeepsNoRecordingFromStarting) {
  Put({Sentinel(1, SentinelVerdict::kCounted, kBegin)});
  Spoil(FirstSegment(log_), "DROP TABLE sentinel; CREATE TABLE sentinel(x)");
  EXPECT_THAT(ReadEarlierNonces(log_, "r", std::nullopt).warnings, SizeIs(1));
}

}  // namespace
}  // namespace trafrec::store
