#include "redaction_fixture.h"

namespace trafrec::reassembly {
namespace {

TEST(RedactionRules, NamesThatCannotBeAreRefused) {
  for (const char* name : {"", "X Session", "X-Session:", "a\nb"}) {
    EXPECT_FALSE(RedactionRules::Make({name}, {}, {})) << name;
  }
  for (const char* name : {"", "token=1", "a&b"}) {
    EXPECT_FALSE(RedactionRules::Make({}, {name}, {})) << name;
  }
  for (const char* pointer : {"", "password", "/a/**", "/~", "/a~2"}) {
    EXPECT_FALSE(RedactionRules::Make({}, {}, {pointer})) << pointer;
  }
}

TEST(RedactionRules, PointersHaveALimit) {
  std::string pointer;
  for (int i = 0; i < 2'000; ++i) {
    pointer += "/a";
  }
  EXPECT_FALSE(RedactionRules::Make({}, {}, {pointer}));
}

}  // namespace
}  // namespace trafrec::reassembly
