#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "capture/packet_source.h"
#include "tests/capture/udp_port.h"
#include "tests/support/private_machine.h"

namespace trafrec::capture {
namespace {

using test_support::Ip;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

/// Root is not root without them; another user's id need not exist in our user namespace.
bool GiveUpEveryCapability() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return syscall(SYS_capset, &header, none.data()) == 0;
}

CaptureFilter Bpf(const std::string& text) { return {.ports = {}, .hosts = {}, .bpf = text}; }

class LiveSource : public testing::Test {
 protected:
  std::unique_ptr<PacketSource> Open(const LiveOptions& options) {
    auto source = OpenLive(options);
    EXPECT_TRUE(source) << source.error().what;
    return source ? std::move(*source) : nullptr;
  }

  /// Stops the source and counts what it still gives.
  struct Count {
    size_t packets = 0;
    size_t outgoing = 0;
    std::vector<TimeNs> times;
    std::vector<std::string> payload_ends;
  };
  Count StopAndRead(PacketSource& source) {
    source.Stop();
    Count count;
    PacketBatch batch;
    bool more = true;
    while (more) {
      const Result<bool> next = source.Next(batch);
      EXPECT_TRUE(next) << next.error().what;
      more = next && *next;
      for (const reassembly::Packet& packet : batch.packets) {
        ++count.packets;
        count.outgoing += packet.outgoing ? 1U : 0U;
        count.times.push_back(packet.at);
        count.payload_ends.emplace_back(AsText(packet.bytes.last(4)));
      }
    }
    return count;
  }

 private:
  const test_support::PrivateNetwork network_;
};

TEST_F(LiveSource, LoopbackPacketsAreSeenOnce) {
  const UdpPort port;
  const auto source = Open({.interface = "lo", .filter = {}});
  port.Send("hello", 20);
  EXPECT_EQ(StopAndRead(*source).packets, 20U);
}

TEST_F(LiveSource, LoopbackPacketsAreSeenOnceOnAny) {
  const UdpPort port;
  const auto source = Open({.interface = "any", .filter = {}});
  port.Send("hello", 20);
  EXPECT_EQ(StopAndRead(*source).packets, 20U);
}

TEST_F(LiveSource, LoopbackPacketsCountAsSentByThisMachine) {
  const UdpPort port;
  for (const char* interface : {"lo", "any"}) {
    const auto source = Open({.interface = interface, .filter = {}});
    port.Send("hello", 3);
    EXPECT_EQ(StopAndRead(*source).outgoing, 3U) << interface;
  }
}

TEST_F(LiveSource, AnySeesBothDirectionsOfOtherInterfaces) {
  Ip("link add left type veth peer name right");
  Ip("link set left up && ip link set right up");
  Ip("address add 10.9.8.1/24 dev left && ip neighbour add 10.9.8.2 lladdr 02:00:00:00:00:01 dev "
     "left");
  const auto source =
      Open({.interface = "any", .filter = {.ports = {}, .hosts = {}, .bpf = "udp"}});
  ASSERT_EQ(std::system("bash -c 'echo -n x > /dev/udp/10.9.8.2/9'"), 0);
  // Out of left, and into right.
  EXPECT_EQ(StopAndRead(*source).packets, 2U);
}

TEST_F(LiveSource, FilterKeepsOthersOut) {
  const UdpPort wanted;
  const UdpPort other;
  const std::string text = "udp port " + std::to_string(wanted.number());
  const auto source = Open({.interface = "lo", .filter = {.ports = {}, .hosts = {}, .bpf = text}});
  other.Send("other", 5);
  wanted.Send("wanted", 2);
  EXPECT_EQ(StopAndRead(*source).packets, 2U);
}

TEST_F(LiveSource, ChangedFilterLosesNothingOfWhatBothLetThrough) {
  const UdpPort port;
  const std::string text = "udp port " + std::to_string(port.number());
  for (const char* interface : {"lo", "any"}) {
    const auto source = Open({.interface = interface, .filter = Bpf(text)});
    std::atomic<bool> end = false;
    size_t changes = 0;
    std::thread changer([&] {
      for (; !end; ++changes) {
        EXPECT_TRUE(source->ChangeFilter(Bpf(changes % 2 == 0 ? "udp or arp" : text)));
      }
    });
    port.Send("steady", 20'000);
    end = true;
    changer.join();
    EXPECT_GT(changes, 0U);
    EXPECT_EQ(StopAndRead(*source).packets, 20'000U) << interface;
  }
}

TEST_F(LiveSource, ChangedFilterTakesWhatItLetsThroughFromThenOn) {
  const UdpPort first;
  const UdpPort second;
  const auto only = [](const UdpPort& port) {
    return Bpf("udp port " + std::to_string(port.number()));
  };
  for (const char* interface : {"lo", "any"}) {
    const auto source = Open({.interface = interface, .filter = only(first)});
    first.Send("old1");
    second.Send("out1");
    const auto change = source->ChangeFilter(only(second));
    ASSERT_TRUE(change) << change.error().what;
    first.Send("out2");
    second.Send("new1");
    EXPECT_EQ(change->before.bpf, only(first).bpf);
    EXPECT_EQ(source->filter().bpf, only(second).bpf);
    EXPECT_THAT(StopAndRead(*source).payload_ends, ElementsAre("old1", "new1")) << interface;
  }
}

TEST_F(LiveSource, FilterCanBeTakenAwayAndPutBack) {
  const UdpPort port;
  const CaptureFilter nothing = Bpf("udp port 1");
  const auto source = Open({.interface = "lo", .filter = nothing});
  ASSERT_TRUE(source->ChangeFilter({}));
  ASSERT_TRUE(source->ChangeFilter({}));
  port.Send("seen");
  ASSERT_TRUE(source->ChangeFilter(nothing));
  port.Send("not.");
  EXPECT_THAT(StopAndRead(*source).payload_ends, ElementsAre("seen"));
}

TEST_F(LiveSource, RefusedFilterLeavesTheOldOneInForce) {
  const UdpPort port;
  const std::string text = "udp port " + std::to_string(port.number());
  const auto source = Open({.interface = "lo", .filter = Bpf(text)});
  const auto change = source->ChangeFilter(Bpf("udp prt 80"));
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().code, ErrorCode::kUsage);
  EXPECT_THAT(change.error().what, HasSubstr("\n  udp prt 80\n      ^"));
  port.Send("still");
  EXPECT_EQ(source->filter().bpf, text);
  EXPECT_EQ(StopAndRead(*source).packets, 1U);
}

TEST_F(LiveSource, FilterIsChangedWithoutAnyRight) {
  const pid_t child = fork();
  if (child == 0) {
    const UdpPort port;
    const auto source = OpenLive({.interface = "lo", .filter = Bpf("udp port 1")});
    const bool changed = source && GiveUpEveryCapability() && (*source)->ChangeFilter({});
    port.Send("seen");
    _exit(changed && StopAndRead(**source).packets == 1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(LiveSource, FilterThatTheKernelCannotRunIsJudgedByUs) {
  const UdpPort wanted;
  const UdpPort other;
  std::string text = "udp port " + std::to_string(wanted.number());
  for (int i = 0; i < 300; ++i) {
    text += fmt::format(" or (udp[{}:4] = {} and udp[{}] = 1)", 100 + i, 1'000'000 + i, 500 + i);
  }
  text += " or vlan";  // so that the expression is taken as it is, and compiled once
  const auto source = Open({.interface = "lo", .filter = Bpf(text)});
  other.Send("out1");
  wanted.Send("seen");
  ASSERT_TRUE(source->ChangeFilter(Bpf("udp port " + std::to_string(other.number()))));
  wanted.Send("out2");
  other.Send("also");
  EXPECT_THAT(StopAndRead(*source).payload_ends, ElementsAre("seen", "also"));
}

TEST_F(LiveSource, WhatWasOnTheWireBeforeStopIsStillGiven) {
  const UdpPort port;
  const auto source = Open({.interface = "lo", .filter = {}});
  port.Send("last", 2'000);
  EXPECT_EQ(StopAndRead(*source).packets, 2'000U);
}

TEST_F(LiveSource, BytesOfOneBatchAreItsPackets) {
  const UdpPort port;
  const auto source = Open({.interface = "lo", .filter = {}});
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back(std::to_string(1'000 + i));
    port.Send(std::string(static_cast<size_t>(i) * 100, '.') + sent.back());
  }
  EXPECT_EQ(StopAndRead(*source).payload_ends, sent);
}

TEST_F(LiveSource, TimesAreThoseOfTheWallClock) {
  const UdpPort port;
  const auto source = Open({.interface = "lo", .filter = {}});
  const TimeNs before = WallClockNow();
  port.Send("now");
  const TimeNs after = WallClockNow();
  const Count count = StopAndRead(*source);
  ASSERT_EQ(count.times.size(), 1U);
  EXPECT_THAT(count.times[0], AllOf(Ge(before), Le(after)));
}

TEST_F(LiveSource, SilenceReturnsAnEmptyBatch) {
  const auto source = Open({.interface = "lo", .filter = {}});
  PacketBatch batch;
  EXPECT_TRUE(source->Next(batch).value());
  EXPECT_TRUE(batch.packets.empty());
}

TEST_F(LiveSource, FullKernelRingIsCounted) {
  const UdpPort port;
  const auto source =
      Open({.interface = "lo", .filter = {}, .ring_bytes = size_t{1} << 20, .snaplen = 65'535});
  port.Send(std::string(60'000, 'x'), 200);
  const size_t seen = StopAndRead(*source).packets;
  EXPECT_GT(source->drops().kernel, 0U);
  EXPECT_EQ(source->drops().kernel + seen, 200U);
}

TEST_F(LiveSource, MissingInterfaceIsNamedWithThoseThatExist) {
  const auto source = OpenLive({.interface = "nosuch0", .filter = {}});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(source.error().what, HasSubstr("nosuch0"));
  EXPECT_THAT(source.error().remedy, HasSubstr("lo, any"));
}

TEST_F(LiveSource, InterfaceThatIsDownIsNamedWithTheCommand) {
  Ip("link add left type veth peer name right");
  const auto source = OpenLive({.interface = "left", .filter = {}});
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("is down"));
  EXPECT_THAT(source.error().remedy, HasSubstr("ip link set left up"));
}

TEST_F(LiveSource, BadFilterIsRefusedWithACaret) {
  const auto source =
      OpenLive({.interface = "lo", .filter = {.ports = {80}, .hosts = {}, .bpf = "tcp prt 80"}});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kUsage);
  EXPECT_THAT(source.error().what, HasSubstr("\n  tcp prt 80\n      ^"));
}

TEST_F(LiveSource, InterfaceThatVanishesEndsTheCaptureWithAnError) {
  Ip("link add left type veth peer name right");
  Ip("link set left up");
  const auto source = Open({.interface = "left", .filter = {}});
  Ip("link delete left");
  PacketBatch batch;
  Result<bool> next = true;
  while (next && *next) {
    next = source->Next(batch);
  }
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error().what, HasSubstr("capturing on left failed"));
}

TEST_F(LiveSource, WithoutTheRightTheCapabilityAndTheCommandAreNamed) {
  const pid_t child = fork();
  if (child == 0) {
    const bool dropped = GiveUpEveryCapability();
    const auto source = OpenLive({.interface = "lo", .filter = {}});
    const bool named = !source && source.error().code == ErrorCode::kPermission &&
                       source.error().what.find("CAP_NET_RAW") != std::string::npos &&
                       source.error().remedy.find("setcap cap_net_raw+ep") != std::string::npos;
    _exit(dropped && named ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace trafrec::capture
