#include "base/nearest.h"

#include <gtest/gtest.h>

namespace trafrec {
namespace {

TEST(Nearest, IsWhatWasMistyped) { EXPECT_EQ(Nearest("--prot", {"--port", "--host"}), "--port"); }

TEST(Nearest, IsWhatBeginsLikeIt) {
  EXPECT_EQ(Nearest("--rotate", {"--rotate-bytes", "--host"}), "--rotate-bytes");
}

TEST(Nearest, IsNothingIfNothingIsNear) { EXPECT_EQ(Nearest("--xyzzy", {"--port", "--host"}), ""); }

}  // namespace
}  // namespace trafrec
