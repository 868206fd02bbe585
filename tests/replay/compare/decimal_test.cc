#include "replay/compare/decimal.h"

#include <gtest/gtest.h>

#include <string>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

TEST(Decimal, OneValueIsOneHoweverItIsWritten) {
  const auto one = ParseDecimal("1");
  ASSERT_TRUE(one);
  for (const char* text : {"1.0", "1.000", "10e-1", "0.1e1", "0.1E+1", "100e-2"}) {
    EXPECT_EQ(ParseDecimal(text), one) << text;
  }
}

TEST(Decimal, ZeroHasNoSignAndNoExponent) {
  for (const char* text : {"-0", "0.0", "0e99", "-0.00e-7"}) {
    EXPECT_EQ(ParseDecimal(text), ParseDecimal("0")) << text;
  }
}

TEST(Decimal, DigitsBeyondADoubleCount) {
  EXPECT_NE(ParseDecimal("9007199254740993"), ParseDecimal("9007199254740992"));
  EXPECT_NE(ParseDecimal("0.30000000000000000001"), ParseDecimal("0.3"));
}

TEST(Decimal, ExponentsBeyondADoubleCount) {
  EXPECT_NE(ParseDecimal("1e400"), ParseDecimal("1e401"));
  EXPECT_EQ(ParseDecimal("1e400"), ParseDecimal("10e399"));
}

TEST(Decimal, SignsCount) { EXPECT_NE(ParseDecimal("-2"), ParseDecimal("2")); }

TEST(Decimal, WhatIsNoNumberOfJsonIsNone) {
  for (const char* text : {"", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 ", "NaN", "1.2.3"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
}

TEST(Decimal, NumbersThatNobodyComputedAreNotTakenApart) {
  EXPECT_TRUE(ParseDecimal(std::string(limits::kNumberBytes, '7')));
  EXPECT_FALSE(ParseDecimal(std::string(limits::kNumberBytes + 1, '7')));
  EXPECT_TRUE(ParseDecimal("1e" + std::string(18, '9')));
  EXPECT_FALSE(ParseDecimal("1e" + std::string(19, '9')));
}

}  // namespace
}  // namespace trafrec::compare
