#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace trafrec {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) {
    return Fail(ErrorCode::kUsage, "it is odd", "take another");
  }
  return number / 2;
}

Result<int> Quarter(int number) {
  TRY_ASSIGN(const int half, Half(number));
  return Half(half);
}

Status BothEven(int a, int b) {
  TRY(Half(a));
  TRY(Half(b));
  return {};
}

TEST(Error, ErrnoGivesCodeAndWords) {
  const Status failed = FailErrno(ENOSPC, "cannot write log/000001.open", "free some space");
  EXPECT_EQ(failed.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(failed.error().what, "cannot write log/000001.open: No space left on device");
  EXPECT_EQ(failed.error().remedy, "free some space");
}

TEST(Error, ErrnosOfOneKindShareACode) {
  const auto code = [](int number) { return Status(FailErrno(number, "x")).error().code; };
  EXPECT_EQ(code(EACCES), ErrorCode::kPermission);
  EXPECT_EQ(code(EPERM), ErrorCode::kPermission);
  EXPECT_EQ(code(ENOENT), ErrorCode::kNotFound);
  EXPECT_EQ(code(EDQUOT), ErrorCode::kNoSpace);
  EXPECT_EQ(code(EIO), ErrorCode::kIo);
}

TEST(Error, TryAssignBindsTheValueOrReturnsTheError) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(Quarter(3).error().what, "it is odd");
  EXPECT_EQ(Quarter(6).error().what, "it is odd");
}

TEST(Error, TryReturnsTheFirstError) {
  EXPECT_TRUE(BothEven(2, 4).has_value());
  EXPECT_FALSE(BothEven(2, 5).has_value());
}

}  // namespace
}  // namespace trafrec
