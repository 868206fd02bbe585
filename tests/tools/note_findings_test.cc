#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "reassembly/reassembler.h"
#include "tests/support/counting_sink.h"
#include "tools/accounting.h"

namespace trafrec::tools {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// Wholes, what is in the log, what was right, and what says more of what another counter counts.
const std::set<std::string> kNoLoss = {
    "packets.received", "packets.tcp", "packets.ignored.not_ip", "packets.ignored.udp",
    "packets.ignored.icmp", "packets.ignored.other_protocol", "packets.ignored.other_port",
    // Of a datagram that was never whole, which is told; here each fragment.
    "packets.ignored.fragment", "datagrams.fragmented", "datagrams.fragmented.whole",
    "checksums.tcp", "checksums.tcp.right", "checksums.tcp.offloaded", "checksums.tcp.rewritten",
    "checksums.tcp.unchecked", "checksums.tcp.unjudged", "payload.bad_checksum_bytes",
    // Their payload is told.
    "segments.tracked", "segments.ignored.after_close", "segments.ignored.odd_flags",
    "segments.ignored.stray_reset", "segments.ignored.reset_out_of_window",
    "segments.ignored.stray_syn", "connections.seen", "connections.open", "connections.half_open",
    "connections.no_data", "connections.mid_stream", "connections.resets_withdrawn", "gaps.count",
    "gaps.sent_bytes", "acked.bytes", "http.connections", "http.connections.open",
    "http.connections.no_data", "http.connections.http1", "http.bytes", "http.bytes.pending",
    "http.bytes.head", "http.bytes.body", "http.bytes.framing", "http.bytes.trailer",
    "http.bytes.between", "http.bytes.proxy_header",
    // Of connections that are told, or in http.unread_bytes.
    "http.bytes.opaque", "http.bytes.skipped", "http.starts_refused",
    // In gaps.bytes.
    "http.gap_bytes", "http.gap_bytes.in_messages", "http.gap_bytes.outside", "messages.started",
    "messages.put", "messages.in_flight", "messages.shed_for_space", "messages.interim",
    "exchanges", "exchanges.paired", "exchanges.request_only", "exchanges.response_only",
    "exchanges.shed", "exchanges.in_flight", "exchanges.incomplete", "exchanges.open_rows"};

bool IsNoLoss(const std::string& name) {
  const auto is_one = [&](const char* prefix, const char* suffix) {
    return name.starts_with(prefix) && name.ends_with(suffix);
  };
  return kNoLoss.contains(name) || name.ends_with(".steps") || is_one("connections.closed.", "") ||
         is_one("exchanges.flag.", "") || is_one("gaps.", ".count") ||
         // Of gaps.bytes, which is told.
         (is_one("gaps.", ".bytes") && name != "gaps.bytes") || is_one("gaps.sent_bytes.", "") ||
         is_one("payload.", ".bytes") || is_one("payload.", ".delivered_bytes") ||
         is_one("payload.", ".duplicate_bytes") || is_one("payload.", ".buffered_bytes");
}

std::vector<Finding> AllFindings(const Counters& counters) {
  std::vector<Finding> findings = LossFindings(counters, {});
  std::ranges::move(AsideFindings(counters), std::back_inserter(findings));
  return findings;
}

TEST(Notes, EachCounterOfReassemblyThatIsNoDeliveryHasASentence) {
  test_support::CountingSink sink;
  const reassembly::Reassembler reassembler({}, sink);
  const Counters all = reassembler.counters();
  EXPECT_THAT(all, SizeIs(testing::Gt(100U)));
  for (const Counter& counter : all) {
    Counters one = {{"exchanges", "", 1}};
    if (counter.name != "exchanges") {
      one.push_back({counter.name, counter.part_of, 7});
    }
    if (IsNoLoss(counter.name)) {
      EXPECT_THAT(LossFindings(one, {}), testing::Each(Field(&Finding::what, HasSubstr("limit"))))
          << counter.name;
    } else {
      ASSERT_THAT(AllFindings(one), SizeIs(testing::Ge(1U))) << counter.name;
      EXPECT_THAT(AllFindings(one)[0].what, HasSubstr("7")) << counter.name;
    }
  }
}

TEST(Notes, NothingAsideIsNoNote) {
  EXPECT_THAT(AsideFindings({{"exchanges", "", 1}, {"http.connections.http1", "", 1}}), IsEmpty());
}

TEST(Notes, PayloadOutsideOfItsFlowIsToldWithItsSenders) {
  const auto notes = AsideFindings({{"payload.client.out_of_window_bytes", "", 2'048},
                                    {"payload.server.out_of_window_bytes", "", 100}});
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].what,
              StartsWith("2.1 KiB of captured payload, 2 KiB of them sent by clients, 100 B of "
                         "them sent by servers, lay outside of their flows"));
  EXPECT_THAT(notes[0].remedy, HasSubstr("two networks"));
}

TEST(Notes, PayloadOfOneSenderIsNotTakenApart) {
  EXPECT_THAT(AsideFindings({{"payload.server.conflict_bytes", "", 5}}).at(0).what,
              StartsWith("5 B of captured payload, sent by servers, came again"));
}

TEST(Notes, OtherProtocolsBesideExchangesAreTold) {
  const Counters counters = {{"exchanges", "", 5},
                             {"http.connections.tls", "http.connections", 2},
                             {"http.connections.other", "http.connections", 1}};
  EXPECT_THAT(
      AsideFindings(counters),
      ElementsAre(
          AllOf(Field(&Finding::what, "2 connections carried TLS: nothing of them is in the log"),
                Field(&Finding::remedy, HasSubstr("proxy"))),
          Field(&Finding::what,
                "1 connection carried another protocol: nothing of it is in the log")));
}

TEST(Notes, UnreadPacketsAreToldWithTheNumbersOfWhatIsUnknown) {
  const std::string counter = "packets.ignored.unknown_encapsulation";
  const auto notes = AsideFindings({{counter, "packets.received", 20},
                                    {counter + ".ethertype_0x9999", counter, 2},
                                    {counter + ".ppp_0x0057", counter, 12},
                                    {counter + ".nsh_0x0007", counter, 1},
                                    {counter + ".others", counter, 5}});
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_EQ(notes[0].what,
            "20 packets were not read: in an encapsulation that trafrec does not know "
            "(ppp_0x0057 12, others 5, ethertype_0x9999 2, …)");
}

TEST(Notes, ChecksumsOfTcpAreNotToldTwice) {
  EXPECT_THAT(
      AsideFindings({{"packets.ignored.bad_checksum", "", 3}, {"checksums.tcp.bad", "", 3}}),
      IsEmpty());
  EXPECT_THAT(
      AsideFindings({{"packets.ignored.bad_checksum", "", 5}, {"checksums.tcp.bad", "", 3}}),
      ElementsAre(Field(&Finding::what, StartsWith("2 packets had a wrong checksum before"))));
}

TEST(Notes, WhatAnImportLeftOutIsToldWithItsReasons) {
  const Counters counters = {{"import.left_out", "", 3},
                             {"import.left_out.data_url", "import.left_out", 3},
                             {"import.noted.bytes_behind_a_message", "", 1}};
  EXPECT_THAT(AsideFindings(counters),
              ElementsAre(Field(&Finding::what,
                                "3 records of the files were no exchange, and were "
                                "left out (data_url 3)"),
                          Field(&Finding::what,
                                "a part of 1 record could not be taken: "
                                "bytes_behind_a_message")));
}

TEST(Notes, FragmentsThatWaitAreMissingOnlyWhenNothingIsOpen) {
  const auto with_open = [](uint64_t open) {
    return LossFindings({{"connections.open", "", open}, {"datagrams.fragmented.waiting", "", 2}},
                        {});
  };
  EXPECT_THAT(with_open(0),
              ElementsAre(Field(&Finding::what, StartsWith("2 fragmented datagrams were never"))));
  EXPECT_THAT(with_open(1), IsEmpty());
}

}  // namespace
}  // namespace trafrec::tools
