#include "tools/accounting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::tools {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Accounting, WhatWasDroppedComesWithARemedy) {
  const Counters counters = {{"packets.received", "", 980}, {"capture.kernel_drops", "", 20}};
  const std::vector<Finding> findings = LossFindings(counters, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].what, "the kernel dropped 20 packets (2.0% of all)");
  EXPECT_THAT(findings[0].remedy, HasSubstr("--ring"));
}

TEST(Accounting, NothingLostIsNoFinding) {
  EXPECT_THAT(LossFindings({{"packets.received", "", 980}}, {}), IsEmpty());
}

TEST(Accounting, CrashComesFirstAndSaysFromWhenToWhenSomethingMayBeMissing) {
  store::LossRecord row;
  row.cause = store::LossCause::kCrash;
  row.from = 1'700'000'000 * kNsPerSecond;
  row.until = row.from + 5 * kNsPerSecond;
  const auto findings = LossFindings({{"capture.kernel_drops", "", 20}}, {row});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].what,
              StartsWith("it was killed or died: what went by between 2023-11-14T22:13:20"));
  EXPECT_THAT(findings[0].what, HasSubstr(" and 2023-11-14T22:13:25"));
  EXPECT_THAT(findings[0].what, HasSubstr("may be missing"));
}

TEST(Accounting, CrashBeforeTheFirstPacketIsSinceTheStart) {
  store::LossRecord row;
  row.cause = store::LossCause::kCrash;
  row.from = -kNsPerSecond;
  row.until = 1'700'000'000 * kNsPerSecond;
  EXPECT_THAT(LossFindings({}, {row}).at(0).what, HasSubstr("from its start to 2023-11-14"));
}

TEST(Accounting, WithoutHttpItSaysWhatWasThere) {
  const Counters counters = {{"packets.received", "", 10},
                             {"packets.tcp", "packets.received", 10},
                             {"exchanges", "", 0},
                             {"http.connections.tls", "", 2}};
  const std::vector<Finding> findings = NothingSeenFindings(counters);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].what, "2 connections carried TLS");
}

TEST(Accounting, TcpOfOtherPortsInTunnelsIsNotCalledNoTcp) {
  const Counters counters = {{"packets.received", "", 10},
                             {"packets.tcp", "packets.received", 0},
                             {"packets.ignored.other_port", "packets.received", 9},
                             {"packets.ignored.udp", "packets.received", 1},
                             {"exchanges", "", 0}};
  const std::vector<Finding> findings = NothingSeenFindings(counters);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].what,
            "10 packets came, their TCP (9 packets) of other ports than those of --port");
  EXPECT_THAT(LossFindings(counters, {}), IsEmpty());
}

TEST(Accounting, TheTreePutsPartsUnderTheirWholes) {
  EXPECT_EQ(CounterTree({{"a", "", 1'000}, {"a.x", "a", 999}, {"a.y", "a", 1}, {"a.z", "a", 0}}),
            "    a      1,000\n      a.x    999\n      a.y      1\n");
}

TEST(Accounting, EachCauseOfGapsIsASentenceWithItsOwnRemedy) {
  const Counters counters = {{"acked.bytes", "", 10'000},
                             {"gaps.bytes", "", 3'000},
                             {"gaps.acknowledged.bytes", "gaps.bytes", 1'000},
                             {"gaps.snaplen.bytes", "gaps.bytes", 2'000},
                             {"gaps.count", "", 3},
                             {"gaps.acknowledged.count", "gaps.count", 1},
                             {"gaps.snaplen.count", "gaps.count", 2}};
  EXPECT_THAT(
      LossFindings(counters, {}),
      ElementsAre(Field(&Finding::what, HasSubstr("in 3 gaps were not captured (30% of")),
                  testing::AllOf(Field(&Finding::what, HasSubstr("in 1 gap went by unseen")),
                                 Field(&Finding::remedy, HasSubstr("MTU"))),
                  testing::AllOf(Field(&Finding::what, HasSubstr("in 2 gaps were cut off")),
                                 Field(&Finding::remedy, HasSubstr("--snaplen")))));
}

store::LossRecord Share(int64_t second, uint64_t bytes) {
  store::LossRecord loss;
  loss.cause = store::LossCause::kGapShare;
  loss.from = second * kNsPerSecond;
  loss.until = loss.from + kNsPerSecond;
  loss.bytes = bytes;
  return loss;
}

TEST(Accounting, WhereMostWasLostIsNamed) {
  const Counters counters = {{"gaps.bytes", "", 300}, {"gaps.count", "", 3}};
  EXPECT_THAT(LossFindings(counters, {Share(10, 50), Share(20, 200), Share(30, 50)}).at(0).what,
              HasSubstr("most of them (200 B) between 1970-01-01T00:00:20"));
}

TEST(Accounting, WorstIntervalIsNotCalledMostIfItIsNot) {
  const Counters counters = {{"gaps.bytes", "", 300}, {"gaps.count", "", 3}};
  EXPECT_THAT(LossFindings(counters, {Share(10, 90), Share(20, 110), Share(30, 100)}).at(0).what,
              HasSubstr("more than elsewhere (110 B) between 1970-01-01T00:00:20"));
}

TEST(Accounting, EvictionsNameTheOptionThatHelps) {
  store::LossRecord row = Share(10, 0);
  row.cause = store::LossCause::kLimit;
  const auto findings =
      LossFindings({{"http.evictions", "", 44}, {"exchanges.flag.evicted", "", 40}}, {row});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].what, testing::AllOf(HasSubstr("44 connections were given up because "
                                                         "the memory was full, with 40 exchanges"),
                                               HasSubstr("between 1970-01-01T00:00:10")));
  EXPECT_THAT(findings[0].remedy, HasSubstr("--memory"));
}

TEST(Accounting, FragmentsThatWereGivenUpAreTold) {
  const auto findings = LossFindings(
      {{"datagrams.fragmented.evicted", "", 7'606}, {"datagrams.fragmented.timed_out", "", 1}}, {});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].what, StartsWith("7,606 fragmented datagrams were given up"));
  EXPECT_THAT(findings[1].what, StartsWith("1 fragmented datagram was never whole"));
}

TEST(Accounting, CapturedBytesWithoutAMessageAreToldOnce) {
  EXPECT_THAT(LossFindings({{"http.unread_bytes", "", 86}}, {}),
              ElementsAre(Field(&Finding::what, StartsWith("86 B that were captured became no "
                                                           "message"))));
}

TEST(Accounting, SheddingNamesItsCauseAndItsMutations) {
  const auto first = [](uint64_t for_space) {
    return LossFindings({{"messages.shed.reads", "", 104},
                         {"messages.shed.mutations", "", 10},
                         {"messages.bodies_shed", "", 156},
                         {"messages.shed_for_space", "", for_space}},
                        {})
        .at(0);
  };
  EXPECT_EQ(first(0).what,
            "114 messages (10 of mutations) and 156 bodies were given up under load");
  EXPECT_THAT(first(0).remedy, HasSubstr("a faster disk"));
  EXPECT_THAT(first(270).what, HasSubstr("because the disk was nearly full"));
  EXPECT_THAT(first(270).remedy, testing::Not(HasSubstr("a faster disk")));
  EXPECT_THAT(first(200).what, HasSubstr("200 of them because the disk was nearly full"));
}

TEST(Accounting, FullDiskIsToldWithAmountAndTime) {
  store::LossRecord row = Share(10, 2'048);
  row.cause = store::LossCause::kDiskFull;
  EXPECT_THAT(
      LossFindings({{"store.exchanges.shed.disk_full", "store.exchanges", 30}}, {row}).at(0).what,
      testing::AllOf(HasSubstr("2 KiB with 30 exchanges could not be stored"),
                     HasSubstr("between 1970-01-01T00:00:10")));
}

TEST(Accounting, DirectionThatLostNearlyAllIsNamed) {
  const auto first = [](uint64_t by_clients, uint64_t by_servers) {
    return LossFindings({{"gaps.bytes", "", by_clients + by_servers},
                         {"gaps.count", "", 3},
                         {"gaps.sent_bytes.client", "gaps.sent_bytes", by_clients},
                         {"gaps.sent_bytes.server", "gaps.sent_bytes", by_servers}},
                        {})
        .at(0)
        .what;
  };
  EXPECT_THAT(first(0, 300), HasSubstr("all of them sent by servers"));
  EXPECT_THAT(first(291, 9), HasSubstr("97% of them sent by clients"));
  EXPECT_THAT(first(200, 100), testing::Not(HasSubstr("sent by")));
}

TEST(Accounting, IgnoredChecksumsAreToldWithTheirBytes) {
  const Counters counters = {{"checksums.tcp.bad", "", 1}, {"payload.bad_checksum_bytes", "", 469}};
  const std::vector<Finding> findings = LossFindings(counters, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].what, StartsWith("1 packet with 469 B of payload had a wrong checksum"));
  EXPECT_THAT(findings[0].remedy, HasSubstr("--checksums ignore"));
}

TEST(Accounting, RowsOfAnEmptyCaptureSpeakOfNoTime) {
  store::LossRecord start;
  start.cause = store::LossCause::kStart;
  store::LossRecord stop;
  stop.cause = store::LossCause::kStop;
  EXPECT_THAT(LossSentence(start), StartsWith("started, and no packet came"));
  EXPECT_THAT(LossSentence(stop), StartsWith("stopped, and no packet had come"));
}

TEST(Accounting, DropsAreASentence) {
  store::LossRecord loss = Share(10, 0);
  loss.cause = store::LossCause::kKernelDrop;
  loss.packets = 1'204;
  loss.exact = true;
  EXPECT_THAT(LossSentence(loss), StartsWith("the kernel dropped 1,204 packets between 1970"));
}

}  // namespace
}  // namespace trafrec::tools
