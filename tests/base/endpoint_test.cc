#include "base/endpoint.h"

#include <gtest/gtest.h>

namespace trafrec {
namespace {

constexpr uint8_t kV4[4] = {10, 0, 0, 1};
constexpr uint8_t kV6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr uint8_t kMapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};

TEST(IpAddress, Ipv4IsWrittenWithDots) { EXPECT_EQ(IpAddress::V4(kV4).ToString(), "10.0.0.1"); }

TEST(IpAddress, Ipv6IsWrittenShort) { EXPECT_EQ(IpAddress::V6(kV6).ToString(), "2001:db8::1"); }

TEST(IpAddress, Ipv4AndItsMappedFormAreTheSame) {
  EXPECT_EQ(IpAddress::V4(kV4), IpAddress::V6(kMapped));
  EXPECT_TRUE(IpAddress::V6(kMapped).is_v4());
}

TEST(IpAddress, UnspecifiedIpv6IsNoIpv4) { EXPECT_FALSE(IpAddress{}.is_v4()); }

TEST(Endpoint, Ipv6StandsInBracketsBeforeItsPort) {
  EXPECT_EQ((Endpoint{IpAddress::V4(kV4), 9200}.ToString()), "10.0.0.1:9200");
  EXPECT_EQ((Endpoint{IpAddress::V6(kV6), 9200}.ToString()), "[2001:db8::1]:9200");
}

TEST(Endpoint, OrderIsByAddressThenPort) {
  const Endpoint low = {IpAddress::V4(kV4), 2};
  const Endpoint high = {IpAddress::V6(kV6), 1};
  EXPECT_LT(low, high);
  EXPECT_LT((Endpoint{low.address, 1}), low);
}

}  // namespace
}  // namespace trafrec
