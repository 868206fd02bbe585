#include "daemon/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(FindAccount, KnowsAUserByName) {
  const auto account = FindAccount("nobody", "");
  ASSERT_TRUE(account) << account.error().what;
  EXPECT_EQ(account->user, "nobody");
  EXPECT_EQ(account->uid, 65'534U);
  EXPECT_EQ(account->gid, 65'534U);
}

TEST(FindAccount, KnowsAUserByNumber) {
  const auto account = FindAccount("65534", "");
  ASSERT_TRUE(account) << account.error().what;
  EXPECT_EQ(account->user, "nobody");
}

TEST(FindAccount, TakesTheGroupThatIsNamed) {
  const auto account = FindAccount("nobody", "daemon");
  ASSERT_TRUE(account) << account.error().what;
  EXPECT_EQ(account->gid, 1U);
}

TEST(FindAccount, NamesTheNearestUserAndTheCommandThatMakesOne) {
  const auto account = FindAccount("nobdy", "");
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().code, ErrorCode::kUsage);
  EXPECT_THAT(account.error().what, HasSubstr("there is no user 'nobdy'"));
  EXPECT_THAT(account.error().remedy, AllOf(HasSubstr("'nobody'"), HasSubstr("adduser")));
}

TEST(FindAccount, NamesTheNearestGroup) {
  const auto account = FindAccount("nobody", "nogrup");
  ASSERT_FALSE(account);
  EXPECT_THAT(account.error().what, HasSubstr("there is no group 'nogrup'"));
  EXPECT_THAT(account.error().remedy, HasSubstr("'nogroup'"));
}

TEST(FindAccount, WantsAGroupForANumberWithoutAName) {
  EXPECT_TRUE(FindAccount("3000000001", "nogroup"));
  const auto account = FindAccount("3000000001", "");
  ASSERT_FALSE(account);
  EXPECT_THAT(account.error().remedy, HasSubstr("--group"));
}

TEST(FindAccount, RefusesRoot) {
  for (const char* root : {"root", "0"}) {
    const auto account = FindAccount(root, "");
    ASSERT_FALSE(account) << root;
    EXPECT_THAT(account.error().remedy, HasSubstr("leave out --user"));
  }
}

TEST(FindAccount, RefusesNumbersThatAreNone) {
  for (const char* wrong : {"4294967295", "99999999999", "-1", "1x"}) {
    EXPECT_FALSE(FindAccount(wrong, "nogroup")) << wrong;
  }
}

}  // namespace
}  // namespace trafrec::daemon
