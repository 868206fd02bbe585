#include "store/reader/exchange_id.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "store/reader/operation_address.h"

namespace trafrec::store {
namespace {

TEST(ExchangeId, LooksAsDocumented) {
  EXPECT_EQ(FormatExchangeId({"web1", 1, 2 * 36 + 27}), "web1-0001-22r");
}

TEST(ExchangeId, IsReadBackFromItsText) {
  for (const ExchangeNumber number : {ExchangeNumber{1}, ExchangeNumber{35}, ExchangeNumber{36},
                                      ExchangeNumber{1'679'616}, UINT64_MAX}) {
    const ExchangeId id{"a-b.c_d", 12'345, number};
    const auto parsed = ParseExchangeId(FormatExchangeId(id));
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(*parsed, id);
  }
}

TEST(ExchangeId, SortsAsTextInTheOrderOfNumbers) {
  std::string before = FormatExchangeId({"r", 1, 0});
  for (ExchangeNumber number = 1; number < UINT64_MAX / 3; number = number * 3 + 1) {
    const std::string id = FormatExchangeId({"r", 1, number});
    EXPECT_LT(before, id);
    before = id;
  }
}

TEST(ExchangeId, HasOneSpellingOnly) {
  for (const char* text : {"", "web1", "web1-0001", "web1-1-11", "web1-0001-1R", "web1-0001-201",
                           "web1-0001-3a", "Web1-0001-11", "-0001-11", "web1-0001-11 ",
                           "web1-0001--1", "web1-00001-11", "web1-0001-1", "web1--1-11"}) {
    EXPECT_FALSE(ParseExchangeId(text)) << text;
  }
}

TEST(ExchangeId, RefusalShowsWhatAnIdLooksLike) {
  const auto parsed = ParseExchangeId("17");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kUsage);
  EXPECT_NE(parsed.error().remedy.find("web1-0001-2rs"), std::string::npos);
}

TEST(OperationAddress, IsAnExchangeOrAnItemOfIt) {
  const ExchangeId exchange{.recorder = "vm", .attempt = 1, .number = 77};
  for (const OperationAddress& address :
       {OperationAddress{.exchange = exchange}, OperationAddress{.exchange = exchange, .item = 0},
        OperationAddress{.exchange = exchange, .item = 4'294'967'295}}) {
    EXPECT_EQ(ParseAddress(FormatAddress(address)).value(), address);
  }
  EXPECT_EQ(FormatAddress({.exchange = exchange, .item = 3}), "vm-0001-225/3");
}

TEST(OperationAddress, HasOneSpellingOnly) {
  for (const char* text : {"vm-0001-219/", "vm-0001-219/03", "vm-0001-219/-1", "vm-0001-219/1/2",
                           "vm-0001-219/4294967296", "vm/3", "/3"}) {
    EXPECT_FALSE(ParseAddress(text)) << text;
  }
}

}  // namespace
}  // namespace trafrec::store
