#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "store/overlay/address_filter.h"
#include "store/overlay/overlay_reader.h"
#include "store/overlay/overlay_writer.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::store {
namespace {

using test_support::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kLog = "0011";

OperationAddress At(uint64_t number, std::optional<uint32_t> item = {}) {
  return {.exchange = {.recorder = "vm", .attempt = 1, .number = number}, .item = item};
}

Insertion Inserted(const std::string& target) {
  return {.method = "PUT", .target = target, .fields = "Host: a\r\n", .body = "{}"};
}

class OverlayTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "laid.overlay"; }

  Status Put(const std::vector<OverlayEntry>& entries,
             const std::vector<Insertion>& insertions = {}) {
    TRY_ASSIGN(const auto writer, OverlayWriter::Open(path(), kLog));
    for (const OverlayEntry& entry : entries) {
      TRY(writer->Put(entry));
    }
    for (const Insertion& insertion : insertions) {
      TRY(writer->Put(insertion));
    }
    return writer->Commit();
  }
  std::unique_ptr<OverlayReader> Read() const { return OverlayReader::Open(path()).value(); }

  TemporaryFolder folder_;
};

TEST_F(OverlayTest, EachKindOfEntryIsReadAsItWasPut) {
  const std::vector<OverlayEntry> entries = {
      {At(7), OverlayDrop{.reason = "a test of ours"}},
      {At(7),
       OverlayVerdict{.verdict = Verdict::kCommitted, .grade = Grade::kPresumed, .evidence = "e"}},
      {At(7), OverlayMove{.after = true, .other = At(3, 2), .reason = "seq_no"}},
      {At(7), CommitPosition{.index_uuid = "u", .shard = 1, .primary_term = 2, .seq_no = 3}},
      {At(7), OverlayRewrite{.method = "PUT",
                             .target = "/a?b=\xff",
                             .set_fields = "A: 1\r\nB: 2\r\n",
                             .removed_fields = {"X", "Y"},
                             .body = std::string("\0\x01", 2),
                             .pointers = {},
                             .reason = "r"}},
      {At(7, 2), OverlayRewrite{.method = {},
                                .target = {},
                                .set_fields = {},
                                .removed_fields = {},
                                .body = {},
                                .pointers = {{"/price", "1.0"}, {"", "{}"}},
                                .reason = {}}}};
  ASSERT_TRUE(Put(entries));
  EXPECT_EQ(Read()->Of(At(7).exchange).value().entries, entries);
}

TEST_F(OverlayTest, OfAnExchangeThatItDoesNotNameNothingIsSaid) {
  ASSERT_TRUE(Put({{At(7), OverlayDrop{}}}));
  const auto reader = Read();
  EXPECT_TRUE(reader->Of(At(8).exchange).value().empty());
  EXPECT_TRUE(reader->Of({.recorder = "other", .attempt = 1, .number = 7}).value().empty());
}

TEST_F(OverlayTest, ALaterEntryOfOneKindTakesThePlaceOfTheFirst) {
  ASSERT_TRUE(Put({{At(7), OverlayDrop{.reason = "one"}}}));
  ASSERT_TRUE(Put({{At(7), OverlayDrop{.reason = "two"}}}));
  const auto entries = Read()->Of(At(7).exchange).value().entries;
  EXPECT_THAT(entries, ElementsAre(OverlayEntry{At(7), OverlayDrop{.reason = "two"}}));
}

TEST_F(OverlayTest, TheSamePutAgainLeavesEachByteAsItIs) {
  const auto bytes = [this] {
    std::ifstream file(path(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  Insertion insertion = Inserted("/a");
  insertion.number = 5;
  const std::vector<OverlayEntry> entries = {{At(7), OverlayDrop{.reason = "one"}},
                                             {At(8), OverlayRewrite{.method = "PUT",
                                                                    .target = {},
                                                                    .set_fields = {},
                                                                    .removed_fields = {},
                                                                    .body = {},
                                                                    .pointers = {},
                                                                    .reason = "r"}}};
  ASSERT_TRUE(Put(entries, {insertion}));
  const std::string before = bytes();
  ASSERT_TRUE(Put(entries, {insertion}));
  EXPECT_EQ(bytes(), before);
}

TEST_F(OverlayTest, InsertionsStandBesideTheirExchangeInTheirOrder) {
  Insertion before = Inserted("/before");
  before.place = Place::kBefore;
  before.beside = At(7).exchange;
  Insertion after = before;
  after.place = Place::kAfter;
  after.target = "/after1";
  Insertion later = after;
  later.target = "/after2";
  ASSERT_TRUE(Put({}, {before, after, later}));
  const ExchangeOverlay overlay = Read()->Of(At(7).exchange).value();
  ASSERT_EQ(overlay.before.size(), 1U);
  EXPECT_EQ(overlay.before[0].target, "/before");
  ASSERT_EQ(overlay.after.size(), 2U);
  EXPECT_EQ(overlay.after[0].target, "/after1");
  EXPECT_EQ(overlay.after[1].target, "/after2");
}

TEST_F(OverlayTest, AnExchangeKnowsWhatIsMovedBesideIt) {
  const OverlayEntry one{At(9), OverlayMove{.after = true, .other = At(7), .reason = {}}};
  const OverlayEntry two{At(3, 1), OverlayMove{.after = false, .other = At(7, 2), .reason = {}}};
  ASSERT_TRUE(Put({one, two}));
  const auto reader = Read();
  EXPECT_THAT(reader->Of(At(7).exchange).value().moved_here, ElementsAre(two, one));
  EXPECT_TRUE(reader->Of(At(9).exchange).value().moved_here.empty());
}

TEST_F(OverlayTest, AnInsertionIsReadAsItWasPut) {
  Insertion insertion = Inserted("/a");
  insertion.place = Place::kAfter;
  insertion.beside = At(7).exchange;
  insertion.position = CommitPosition{"u", 0, 1, 41};
  insertion.reason = "missing";
  ASSERT_TRUE(Put({}, {insertion}));
  insertion.number = 1;
  EXPECT_THAT(Read()->Of(At(7).exchange).value().after, ElementsAre(insertion));
}

TEST_F(OverlayTest, AnInsertionCanStandBesideAnother) {
  Insertion first = Inserted("/first");
  first.at = 5;
  Insertion second = Inserted("/second");
  second.place = Place::kAfter;
  second.beside = InsertionId(1);
  ASSERT_TRUE(Put({}, {first, second}));
  EXPECT_EQ(Read()->Of(InsertionId(1)).value().after.at(0).target, "/second");
}

TEST_F(OverlayTest, InsertionsAtATimeComeOnceEachInItsOrder) {
  std::vector<Insertion> insertions;
  for (const TimeNs at : {30, 10, 20, 10}) {
    insertions.push_back(Inserted("/" + std::to_string(insertions.size())));
    insertions.back().at = at;
  }
  ASSERT_TRUE(Put({}, insertions));
  const auto reader = Read();
  std::vector<std::string> until_25;
  while (const auto next = reader->NextAtTime(25).value()) {
    until_25.push_back(next->target);
  }
  EXPECT_THAT(until_25, ElementsAre("/1", "/3", "/2"));
  EXPECT_EQ(reader->NextAtTime(31).value()->target, "/0");
}

TEST_F(OverlayTest, TheSameEntriesHaveTheSameDigestInWhateverOrderTheyCame) {
  const OverlayEntry one{At(7), OverlayDrop{.reason = "one"}};
  const OverlayEntry two{{.exchange = {.recorder = "aa", .attempt = 1, .number = 7}},
                         OverlayDrop{.reason = "two"}};
  ASSERT_TRUE(Put({one, two}));
  const auto first = Read()->Digest().value();
  std::filesystem::remove(path());
  ASSERT_TRUE(Put({two}));
  ASSERT_TRUE(Put({one}));
  EXPECT_EQ(Read()->Digest().value(), first);
}

TEST_F(OverlayTest, AnotherWordMakesAnotherDigest) {
  ASSERT_TRUE(Put({{At(7), OverlayDrop{.reason = "one"}}}));
  const auto first = Read()->Digest().value();
  ASSERT_TRUE(Put({{At(7), OverlayDrop{.reason = "onf"}}}));
  EXPECT_NE(Read()->Digest().value(), first);
}

TEST_F(OverlayTest, WhatIsNotCommittedIsNotThere) {
  ASSERT_TRUE(Put({{At(7), OverlayDrop{}}}));
  {
    const auto writer = OverlayWriter::Open(path(), kLog).value();
    ASSERT_TRUE(writer->Put(OverlayEntry{At(8), OverlayDrop{}}));
  }
  EXPECT_TRUE(Read()->Of(At(8).exchange).value().empty());
}

TEST_F(OverlayTest, MovesInACircleAreRefused) {
  const Status refused = Put({{At(1), OverlayMove{.after = true, .other = At(2), .reason = {}}},
                              {At(2), OverlayMove{.after = true, .other = At(3), .reason = {}}},
                              {At(3), OverlayMove{.after = true, .other = At(1), .reason = {}}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr(FormatAddress(At(1))));
}

TEST_F(OverlayTest, AnOperationBesideItselfIsRefused) {
  EXPECT_FALSE(Put({{At(1, 2), OverlayMove{.after = true, .other = At(1), .reason = {}}}}));
  EXPECT_TRUE(Put({{At(1, 2), OverlayMove{.after = true, .other = At(1, 3), .reason = {}}}}));
}

TEST_F(OverlayTest, AnItemHasNoTargetToBeRewritten) {
  OverlayRewrite rewrite;
  rewrite.target = "/other";
  EXPECT_FALSE(Put({{At(1, 0), rewrite}}));
  EXPECT_TRUE(Put({{At(1), rewrite}}));
}

TEST_F(OverlayTest, OfAnotherLogItIsNotWritten) {
  ASSERT_TRUE(Put({{At(7), OverlayDrop{}}}));
  const auto writer = OverlayWriter::Open(path(), "ffee");
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().what, HasSubstr("another log"));
}

TEST_F(OverlayTest, AFileOfAnotherKindIsNamed) {
  folder_.Write("laid.overlay", "drop vm-0001-19 please, and a few words more than a header has");
  const auto reader = OverlayReader::Open(path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(reader.error().what, HasSubstr("is no overlay"));
}

TEST_F(OverlayTest, AnotherDatabaseIsNoOverlay) {
  ASSERT_TRUE(db::Database::Open(path(), db::OpenMode::kCreate)->Execute("CREATE TABLE t(a)"));
  EXPECT_EQ(OverlayReader::Open(path()).error().code, ErrorCode::kCorrupt);
}

TEST_F(OverlayTest, ANewerOneIsRefused) {
  ASSERT_TRUE(Put({}));
  ASSERT_TRUE(
      db::Database::Open(path(), db::OpenMode::kReadWrite)->Execute("PRAGMA user_version = 99"));
  EXPECT_EQ(OverlayReader::Open(path()).error().code, ErrorCode::kUnsupported);
}

TEST(CommitPosition, IsReadAsItIsWritten) {
  const CommitPosition position{"yPmvF1rRTgaX2bAkR1nC5A", 3, 1, 9'007'199'254'740'993};
  EXPECT_EQ(ParsePosition(FormatPosition(position)).value(), position);
  for (const char* text : {"", "u", "u/1/2", "u/1/2/3/4", "u/-1/2/3", "/1/2/3", "u/a/2/3"}) {
    EXPECT_FALSE(ParsePosition(text)) << text;
  }
}

TEST(AddressFilter, HasAllThatWasPutAndFewOthers) {
  constexpr uint64_t kPut = 10'000;
  AddressFilter filter(kPut);
  for (uint64_t number = 0; number < kPut; ++number) {
    filter.Put(1, number);
  }
  uint64_t in_vain = 0;
  for (uint64_t number = 0; number < kPut; ++number) {
    EXPECT_TRUE(filter.MayHave(1, number));
    in_vain += filter.MayHave(2, number) ? 1U : 0U;
  }
  EXPECT_LT(in_vain, kPut / 20);
}

}  // namespace
}  // namespace trafrec::store
