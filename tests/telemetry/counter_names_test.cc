#include "telemetry/counter_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::telemetry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(CounterNames, AReasonIsALabel) {
  const auto name = NameOfCounter("packets.ignored.udp");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->metric, "trafrec_packets_ignored_total");
  EXPECT_THAT(name->labels, ElementsAre(Pair("reason", "udp")));
}

TEST(CounterNames, TwoPlacesAreTwoLabels) {
  const auto name = NameOfCounter("payload.server.out_of_window_bytes");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->metric, "trafrec_payload_fate_bytes_total");
  EXPECT_THAT(name->labels, ElementsAre(Pair("role", "server"), Pair("fate", "out_of_window")));
}

TEST(CounterNames, AWholeHasANameOfItsOwn) {
  const auto whole = NameOfCounter("http.connections");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->metric, "trafrec_http_connections_total");
  EXPECT_THAT(whole->labels, IsEmpty());
}

TEST(CounterNames, WhatAlsoFallsIsNoTotal) {
  for (const char* counter : {"exchanges.in_flight", "connections.open", "store.messages.queued",
                              "payload.client.buffered_bytes", "capture.queued_packets"}) {
    const auto name = NameOfCounter(counter);
    ASSERT_TRUE(name) << counter;
    EXPECT_FALSE(name->metric.ends_with("_total")) << counter;
  }
}

TEST(CounterNames, NumbersThatTrafficChoosesAreNoLabels) {
  EXPECT_FALSE(NameOfCounter("packets.ignored.unknown_link_type.147"));
}

}  // namespace
}  // namespace trafrec::telemetry
