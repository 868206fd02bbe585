#include "replay/json/json_pointer.h"

#include <gtest/gtest.h>

namespace trafrec::json {
namespace {

TEST(JsonPointer, ReplacesAValueAndLeavesAllOtherBytes) {
  EXPECT_EQ(SetAt(R"({ "a" : 1e400, "b":{"c":[ 1.0 ,2]}, "d":9007199254740993 })", "/b/c/1", "3.0"),
            R"({ "a" : 1e400, "b":{"c":[ 1.0 ,3.0]}, "d":9007199254740993 })");
}

TEST(JsonPointer, PutsAMemberThatIsNotThereBehindTheLastOne) {
  EXPECT_EQ(SetAt(R"({"a":1})", "/b", R"("x")"), R"({"a":1,"b":"x"})");
  EXPECT_EQ(SetAt("{}", "/b", "null"), R"({"b":null})");
}

TEST(JsonPointer, PutsAnElementBehindTheLastOne) {
  EXPECT_EQ(SetAt(R"({"a":[1]})", "/a/-", "2"), R"({"a":[1,2]})");
  EXPECT_EQ(SetAt("[]", "/-", "2"), "[2]");
}

TEST(JsonPointer, TakesEscapesAndEmptyNames) {
  EXPECT_EQ(SetAt(R"({"a/b":1,"m~n":2,"":3})", "/a~1b", "0"), R"({"a/b":0,"m~n":2,"":3})");
  EXPECT_EQ(SetAt(R"({"a/b":1,"m~n":2,"":3})", "/m~0n", "0"), R"({"a/b":1,"m~n":0,"":3})");
  EXPECT_EQ(SetAt(R"({"a/b":1,"m~n":2,"":3})", "/", "0"), R"({"a/b":1,"m~n":2,"":0})");
  EXPECT_EQ(SetAt(R"({"~1":1})", "/~01", "0"), R"({"~1":0})");
}

TEST(JsonPointer, AnEmptyOneIsTheWhole) { EXPECT_EQ(SetAt(" 1 ", "", "{}"), " {} "); }

TEST(JsonPointer, AWayThatIsNotThereIsRefused) {
  for (const char* pointer : {"/a/b", "/c/d", "/l/2", "/l/01", "/l/x", "/l/-/y"}) {
    EXPECT_FALSE(SetAt(R"({"a":1,"l":[1,2]})", pointer, "0")) << pointer;
  }
}

TEST(JsonPointer, InWhatIsNoJsonNothingIsSet) { EXPECT_FALSE(SetAt("a=1", "/a", "0")); }

}  // namespace
}  // namespace trafrec::json
