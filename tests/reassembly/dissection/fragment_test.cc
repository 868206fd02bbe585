#include <algorithm>
#include <random>

#include "reassembly/dissection/fragment_table.h"
#include "reassembly/limits.h"
#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

std::string Pattern(size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) {
    text += static_cast<char>('a' + i * 7 % 26);
  }
  return text;
}

const std::string kPayload = Pattern(2'000);

ByteVector Whole(bool v6, const std::string& payload = kPayload) {
  return v6 ? IpTcp({.source = Ip("2001:db8::1", 1),
                     .destination = Ip("2001:db8::2", 2),
                     .payload = payload})
            : IpTcp({.payload = payload});
}

class DissectorFragments : public testing::TestWithParam<bool> {
 protected:
  std::vector<ByteVector> Parts(size_t bytes = 512, uint32_t id = 1) {
    return Fragments(Whole(GetParam()), bytes, id);
  }
  Dissected Last(const std::vector<ByteVector>& fragments) {
    Dissected last;
    for (const ByteVector& fragment : fragments) {
      last = feed_(Ethernet(fragment));
    }
    return last;
  }

  Feed feed_;
};

INSTANTIATE_TEST_SUITE_P(Ip, DissectorFragments, testing::Bool(),
                         [](const auto& v6) { return v6.param ? "v6" : "v4"; });

TEST_P(DissectorFragments, LastOneGivesTheWholeSegment) {
  const std::vector<ByteVector> parts = Parts();
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    EXPECT_EQ(feed_(Ethernet(parts[i])), "ignored: fragment");
  }
  const Dissected seen = feed_(Ethernet(parts.back()));
  EXPECT_EQ(seen, "TCP " + kPayload);
  EXPECT_FALSE(seen.segment->fragments_conflicted);
}

TEST_P(DissectorFragments, AnyOrderGivesTheSame) {
  std::vector<ByteVector> parts = Parts(256);
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(parts.begin(), parts.end(), random);
    ASSERT_EQ(Last(parts), "TCP " + kPayload);
  }
}

TEST_P(DissectorFragments, DuplicatesChangeNothing) {
  std::vector<ByteVector> parts = Parts();
  parts.insert(parts.begin() + 1, parts.front());
  const Dissected seen = Last(parts);
  EXPECT_EQ(seen, "TCP " + kPayload);
  EXPECT_FALSE(seen.segment->fragments_conflicted);
}

TEST_P(DissectorFragments, OverlapWithTheSameBytesIsNoConflict) {
  std::vector<ByteVector> parts = Parts(512);
  const std::vector<ByteVector> other_cut = Parts(328);
  parts.insert(parts.begin() + 1, other_cut.begin() + 1, other_cut.begin() + 3);
  const Dissected seen = Last(parts);
  EXPECT_EQ(seen, "TCP " + kPayload);
  EXPECT_FALSE(seen.segment->fragments_conflicted);
}

TEST_P(DissectorFragments, FirstCopyOfAByteWinsAndTheConflictIsFlagged) {
  std::vector<ByteVector> parts = Parts(512);
  ByteVector forged = Parts(328)[1];
  std::fill(forged.end() - 100, forged.end(), uint8_t{'!'});
  parts.insert(parts.begin() + 2, forged);  // behind the two that it overlaps
  const Dissected seen = Last(parts);
  EXPECT_EQ(seen, "TCP " + kPayload);
  EXPECT_TRUE(seen.segment->fragments_conflicted);
}

TEST_P(DissectorFragments, ForgedFirstCopyFailsTheChecksum) {
  std::vector<ByteVector> parts = Parts(512);
  ByteVector forged = parts[1];
  std::fill(forged.end() - 100, forged.end(), uint8_t{'!'});
  parts.insert(parts.begin(), forged);
  EXPECT_EQ(Last(parts), "ignored: bad_checksum");
}

TEST_P(DissectorFragments, DatagramsWithOtherIdsDoNotMix) {
  const std::vector<ByteVector> one = Parts(1'024, 1);
  const std::vector<ByteVector> two = Parts(1'024, 2);
  EXPECT_EQ(feed_(Ethernet(one[0])), "ignored: fragment");
  EXPECT_EQ(feed_(Ethernet(two[1])), "ignored: fragment");
}

TEST_P(DissectorFragments, TheSameAddressesInAnotherVlanDoNotMix) {
  const std::vector<ByteVector> parts = Parts(1'024);
  EXPECT_EQ(feed_(Ethernet(Vlan(1, parts[0]), kEtherTypeVlan)), "ignored: fragment");
  EXPECT_EQ(feed_(Ethernet(Vlan(2, parts[1]), kEtherTypeVlan)), "ignored: fragment");
}

TEST_P(DissectorFragments, ThoseThatWaitTooLongAreGivenUp) {
  const std::vector<ByteVector> parts = Parts(1'024);
  feed_(Ethernet(parts[0]));
  feed_.Wait(limits::kFragmentTimeoutNs + 1);
  EXPECT_EQ(feed_(Ethernet(parts[1])), "ignored: fragment");
  EXPECT_EQ(feed_.Counter("datagrams.fragmented.timed_out"), 1u);
}

TEST_P(DissectorFragments, ThoseCutBySnaplenAreNotUsed) {
  const std::vector<ByteVector> parts = Parts(1'024);
  EXPECT_EQ(feed_.Cut(Ethernet(parts[0]), 200), "ignored: fragment");
  EXPECT_EQ(feed_(Ethernet(parts[1])), "ignored: fragment");
}

TEST_P(DissectorFragments, OneThatReachesBeyondADatagramIsBad) {
  ByteVector fragment = Parts(1'024)[0];
  const size_t place_at = GetParam() ? 40 + 2 : 6;
  fragment[place_at] = GetParam() ? 0xff : 0x1f;
  fragment[place_at + 1] = GetParam() ? 0xf8 : 0xff;
  if (!GetParam()) {
    fragment[10] = fragment[11] = 0;
  }
  EXPECT_EQ(feed_(Ethernet(fragment)), "ignored: bad_length");
}

TEST_P(DissectorFragments, SecondEndOfTheSameDatagramIsAConflict) {
  const std::vector<ByteVector> parts = Parts(512);
  const std::vector<ByteVector> shorter =
      Fragments(Whole(GetParam(), kPayload.substr(0, 1'000)), 512, 1);
  const Dissected seen =
      Last({parts.back(), shorter.back(), parts.at(0), parts.at(1), parts.at(2)});
  EXPECT_EQ(seen, "TCP " + kPayload);
  EXPECT_TRUE(seen.segment->fragments_conflicted);
}

Fragment Piece(uint32_t offset, bool more, const ByteVector& bytes) {
  return {.offset = offset, .more = more, .protocol = 6, .bytes = bytes};
}

DatagramKey KeyOf(uint32_t id) {
  return {.source = Address("10.0.0.1"), .destination = Address("10.0.0.2"), .id = id};
}

TEST(FragmentTable, OldestIsGivenUpWhenTheBudgetIsSpent) {
  FragmentTable table;
  const ByteVector bytes(8'000);
  for (uint32_t id = 0; id < 2'000; ++id) {
    ASSERT_FALSE(table.Add(KeyOf(id), Piece(0, true, bytes), id).has_value());
    ASSERT_LE(table.bytes(), limits::kFragmentBytes);
  }
  EXPECT_FALSE(table.Add(KeyOf(0), Piece(8'000, false, bytes), 2'000).has_value());
  EXPECT_TRUE(table.Add(KeyOf(1'999), Piece(8'000, false, bytes), 2'000).has_value());
}

TEST(FragmentTable, ManyTinyFragmentsStayWithinTheBudget) {
  FragmentTable table;
  const ByteVector bytes(8);
  for (uint32_t i = 0; i < 200'000; ++i) {
    table.Add(KeyOf(i / 4'000), Piece(i % 4'000 * 16, true, bytes), 0);
  }
  EXPECT_LE(table.bytes(), limits::kFragmentBytes);
}

TEST(FragmentTable, BytesBeyondTheEndAreDropped) {
  FragmentTable table;
  table.Add(KeyOf(1), Piece(8, true, Bytestring("beyond the end, long")), 0);
  table.Add(KeyOf(1), Piece(8, false, Bytestring("end")), 0);
  const auto whole = table.Add(KeyOf(1), Piece(0, true, Bytestring("01234567")), 0);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(AsText(whole->bytes), "01234567bey");
  EXPECT_TRUE(whole->conflicted);
}

TEST(FragmentTable, OddLengthBeforeTheEndIsCutToEight) {
  FragmentTable table;
  table.Add(KeyOf(1), Piece(0, true, Bytestring("0123456789")), 0);
  const auto whole = table.Add(KeyOf(1), Piece(8, false, Bytestring("end")), 0);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(AsText(whole->bytes), "01234567end");
  EXPECT_FALSE(whole->conflicted);
}

TEST(FragmentTable, FragmentOverSeveralOthersFillsTheHolesBetween) {
  FragmentTable table;
  table.Add(KeyOf(1), Piece(8, true, Bytestring("AAAAAAAA")), 0);
  table.Add(KeyOf(1), Piece(24, true, Bytestring("BBBBBBBB")), 0);
  table.Add(KeyOf(1), Piece(40, false, Bytestring("end")), 0);
  const auto whole = table.Add(
      KeyOf(1), Piece(0, true, Bytestring("........aaaaaaaa........bbbbbbbb........")), 0);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(AsText(whole->bytes), "........AAAAAAAA........BBBBBBBB........end");
  EXPECT_TRUE(whole->conflicted);
}

}  // namespace
}  // namespace trafrec::reassembly
