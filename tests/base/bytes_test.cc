#include "base/bytes.h"

#include <gtest/gtest.h>

namespace trafrec {
namespace {

constexpr uint8_t kBytes[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};

TEST(Bytes, LoadBigReadsNetworkOrderAtAnyAlignment) {
  EXPECT_EQ(LoadBig<uint16_t>(kBytes + 1), 0x0102);
  EXPECT_EQ(LoadBig<uint32_t>(kBytes + 1), 0x01020304u);
  EXPECT_EQ(LoadBig<uint64_t>(kBytes + 1), 0x0102030405060708u);
}

TEST(Bytes, LoadLittleReadsTheOtherOrder) {
  EXPECT_EQ(LoadLittle<uint16_t>(kBytes + 1), 0x0201);
  EXPECT_EQ(LoadLittle<uint32_t>(kBytes + 1), 0x04030201u);
}

TEST(Bytes, TextAndBytesAreTheSameMemory) {
  const std::string_view text = "a\0b";
  EXPECT_EQ(AsText(AsBytes(text)).data(), text.data());
  EXPECT_EQ(AsText(AsBytes(text)), text);
}

}  // namespace
}  // namespace trafrec
