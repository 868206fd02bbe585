#include "capture/traffic_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/limits.h"
#include "tests/support/counting_sink.h"

namespace trafrec::capture {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::SizeIs;

/// A watch before a log that forgets, and exchanges that pass it.
class TrafficWatchTest : public testing::Test {
 protected:
  TrafficWatchTest() { watch_.SetNext(sink_); }

  void Connect(store::ConnectionNumber number, uint16_t port,
               store::CloseCause cause = store::CloseCause::kOpen) {
    store::ConnectionRecord record;
    record.number = number;
    record.close_cause = cause;
    record.client.port = port;
    record.server.port = 9200;
    watch_.PutConnection(record);
  }
  void Exchange(store::ConnectionNumber connection, const std::string& host, uint64_t bytes,
                const std::string& method = "GET") {
    ++number_;
    for (const store::Side side : {store::Side::kClient, store::Side::kServer}) {
      store::MessageRecord message;
      message.id = store::MessageIdOf(number_, side);
      message.connection = connection;
      message.facts.wire_bytes = bytes / 2;
      watch_.PutMessage(message);
    }
    store::ExchangeRecord exchange;
    exchange.number = number_;
    exchange.connection = connection;
    exchange.has_request = true;
    exchange.method = method;
    exchange.target = "/";
    exchange.host = host;
    watch_.PutExchange(exchange);
  }
  std::vector<std::string> Hosts() {
    watch_.Tick();
    std::vector<std::string> names;
    for (const Talker& talker : watch_.view().value_or(TrafficView{}).hosts) {
      names.push_back(talker.name);
    }
    return names;
  }

  test_support::CountingSink sink_;
  TrafficWatch watch_;
  store::ExchangeNumber number_ = 0;
};

TEST_F(TrafficWatchTest, NothingIsCountedWhileNobodyLooks) {
  Exchange(1, "a", 100);
  watch_.Tick();
  EXPECT_FALSE(watch_.view());
}

TEST_F(TrafficWatchTest, HostsAreInTheOrderOfTheirBytes) {
  watch_.Look();
  Exchange(1, "small", 100);
  Exchange(1, "large", 10'000);
  Exchange(1, "small", 100);
  EXPECT_THAT(Hosts(), ElementsAre("large", "small"));
}

TEST_F(TrafficWatchTest, ConnectionsThatWereOpenBeforeAreNamed) {
  Connect(7, 5000);
  watch_.Look();
  Exchange(7, "a", 100);
  watch_.Tick();
  ASSERT_THAT(watch_.view()->connections, SizeIs(1));
  EXPECT_THAT(watch_.view()->connections[0].name, testing::EndsWith(":9200"));
}

TEST_F(TrafficWatchTest, ConnectionThatHasClosedKeepsItsNameWhileItIsShown) {
  Connect(7, 5000);
  watch_.Look();
  Exchange(7, "a", 100);
  Connect(7, 5000, store::CloseCause::kFin);
  watch_.Tick();
  watch_.Tick();
  EXPECT_THAT(watch_.view()->connections[0].name, testing::EndsWith(":9200"));
}

TEST_F(TrafficWatchTest, RatesOfHostsStandInTheRatioOfTheirTraffic) {
  watch_.Look();
  for (int i = 0; i < 10; ++i) {
    Exchange(1, "a", 3'000);
    Exchange(1, "b", 1'000);
  }
  watch_.Tick();
  const TrafficView view = *watch_.view();
  ASSERT_THAT(view.hosts, SizeIs(2));
  EXPECT_THAT(view.hosts[0].bytes_per_second / view.hosts[1].bytes_per_second,
              DoubleNear(3, 0.001));
  EXPECT_THAT(view.hosts[0].exchanges_per_second / view.hosts[1].exchanges_per_second,
              DoubleNear(1, 0.001));
}

TEST_F(TrafficWatchTest, OnlyMutationsCountAsMutations) {
  watch_.Look();
  Exchange(1, "a", 10, "GET");
  watch_.Tick();
  EXPECT_EQ(watch_.view()->mutations_per_second, 0);
  Exchange(1, "a", 10, "PUT");
  watch_.Tick();
  EXPECT_GT(watch_.view()->mutations_per_second, 0);
}

TEST_F(TrafficWatchTest, FloodOfNamesDoesNotPushOutTheLargest) {
  watch_.Look();
  Exchange(1, "large", 1'000'000);
  for (size_t i = 0; i < 3 * limits::kWatchedKeys; ++i) {
    Exchange(2 + i, "host" + std::to_string(i), 10);
  }
  const std::vector<std::string> hosts = Hosts();
  ASSERT_FALSE(hosts.empty());
  EXPECT_EQ(hosts.front(), "large");
  EXPECT_LE(hosts.size(), limits::kTalkersShown);
}

TEST_F(TrafficWatchTest, EveryRecordReachesTheLog) {
  watch_.Look();
  Exchange(1, "a", 10);
  watch_.PutLoss({});
  EXPECT_EQ(sink_.exchanges, 1U);
}

}  // namespace
}  // namespace trafrec::capture
