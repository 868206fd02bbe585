#include <gmock/gmock.h>

#include "replay/jq/jq_program.h"
#include "tests/support/leak_exemption.h"

namespace trafrec::jq {
namespace {

using testing::HasSubstr;

/// The text after a program; "=" if it is the same, "nothing", or "failed: why".
std::string After(const std::string& program, std::string_view json) {
  const Outcome outcome = Program::Compile(program).value().Run(json);
  switch (outcome.kind) {
    case Outcome::Kind::kSame:
      return "=";
    case Outcome::Kind::kNothing:
      return "nothing";
    case Outcome::Kind::kFailed:
      return "failed: " + outcome.text;
    case Outcome::Kind::kChanged:
      break;
  }
  return outcome.text;
}

constexpr auto kHard =
    R"({"n":9007199254740993,"o":1.0,"e":1e400,"h":1e2,"z":-0,"x":0.10,"s":"\u00e9\/"})";

TEST(Jq, ComputesWhatTheProgramSays) {
  EXPECT_EQ(After(".a += 1 | .b = (.a * 2)", R"({"a":1.5})"), R"({"a":2.5,"b":5})");
}

TEST(Jq, TheWholeInputIsNoChange) { EXPECT_EQ(After(".", kHard), "="); }

TEST(Jq, DoubledKeysPassIfNothingInTheirObjectIsChanged) {
  EXPECT_EQ(After(".", R"({"a":1,"a":2})"), "=");
  EXPECT_EQ(After(".b = 1", R"({"d":{"a":1,"a":2}})"), R"({"d":{"a":1,"a":2},"b":1})");
}

TEST(Jq, NumbersBesideAChangeKeepTheirText) {
  EXPECT_EQ(
      After(".new = 5", kHard),
      R"({"n":9007199254740993,"o":1.0,"e":1e400,"h":1e2,"z":-0,"x":0.10,"s":"\u00e9\/","new":5})");
}

TEST(Jq, NumbersThatMoveKeepTheirText) {
  EXPECT_EQ(After("{a: .o, b: [.n, .h], c: {d: .e}}", kHard),
            R"({"a":1.0,"b":[9007199254740993,1e2],"c":{"d":1e400}})");
}

TEST(Jq, NumbersOfAFilteredArrayKeepTheirText) {
  EXPECT_EQ(After(".a |= map(select(. > 1))", R"({"a":[1.0,2.0,9007199254740993]})"),
            R"({"a":[2.0,9007199254740993]})");
}

TEST(Jq, ValuesThatMoveKeepTheirBytes) {
  EXPECT_EQ(After("{w: .a, s: .s}", R"({"a": { "x" : 1.0 , "x" : [ 2 ] }, "s":"\u00e9"})"),
            R"({"w":{ "x" : 1.0 , "x" : [ 2 ] },"s":"\u00e9"})");
}

TEST(Jq, ANumberThatIsComputedIsJqs) {
  EXPECT_EQ(After(".o += 1", R"({"o":1.0,"p":3.0})"), R"({"o":2,"p":3.0})");
}

TEST(Jq, ANumberOfTheProgramIsNotTakenForTheBodys) {
  EXPECT_EQ(After(".n = 9007199254740992", R"({"n":9007199254740993})"),
            R"({"n":9007199254740992})");
  EXPECT_EQ(After(".a = 1", R"({"a":0,"b":1.0})"), R"({"a":1,"b":1.0})");
}

TEST(Jq, TextsOfTheSameNumberAreToldApart) {
  EXPECT_EQ(After("[.[]]", R"({"a":1,"b":1.0,"c":1e0,"d":1.0})"), "[1,1.0,1e0,1.0]");
}

TEST(Jq, SortedNumbersKeepTheirText) {
  EXPECT_EQ(After("sort", "[2.0,1.0,9007199254740993,0.50]"), "[0.50,1.0,2.0,9007199254740993]");
}

TEST(Jq, ANumberThatDecidesKeepsItsTextIfItsValueIsADoubles) {
  EXPECT_EQ(After("if .a == 1 then {c: .a} else {b: .a} end", R"({"a":1.0})"), R"({"c":1.0})");
}

TEST(Jq, ANumberThatDecidesAndIsNoDoubleFailsRatherThanBeGuessed) {
  EXPECT_THAT(
      After("if .a == 9007199254740992 then {a: .a} else {b: .a} end", R"({"a":9007199254740993})"),
      HasSubstr("failed: 9007199254740992 in the result may be computed"));
}

TEST(Jq, OneOfTwoNumbersIsNotTakenForTheOther) {
  constexpr auto kTwo = R"({"a":1.0,"x":9007199254740993,"y":2.50})";
  EXPECT_THAT(After("[if .a == 1 then .x else .y end]", kTwo), HasSubstr("failed: 90071992547409"));
  EXPECT_EQ(After("[if .a == 1 then .y else .x end]", kTwo), "[2.50]");
}

TEST(Jq, NumbersAsTextAreJqs) {
  EXPECT_EQ(After(".a |= tostring", R"({"a":1.0,"b":1.0})"), R"({"a":"1","b":1.0})");
}

TEST(Jq, ASliceIsNotTheWholeArray) { EXPECT_EQ(After(".[0:1]", "[1.0,2]"), "[1.0]"); }

TEST(Jq, MembersThatAreTakenOutLeaveTheRest) {
  EXPECT_EQ(After("del(.a)", R"({"a":1,"b":{"c": 1.0},"d":2.0})"), R"({"b":{"c": 1.0},"d":2.0})");
}

TEST(Jq, NothingIsNothing) { EXPECT_EQ(After("select(.a > 1)", R"({"a":1})"), "nothing"); }

TEST(Jq, MoreThanOneResultIsAFailureEvenIfTheyNeverEnd) {
  EXPECT_EQ(After("repeat(.)", "{}"), "failed: the program gives more than one result");
}

TEST(Jq, ARuntimeErrorIsToldInJqsWords) {
  EXPECT_EQ(After(".a + 1", R"({"a":"x"})"),
            "failed: string (\"x\") and number (1) cannot be added");
  EXPECT_EQ(After("error({a: 1})", "{}"), "failed: {\"a\":1}");
}

TEST(Jq, AProgramGoesOnAfterAFailure) {
  Program program = Program::Compile(".a += 1").value();
  EXPECT_EQ(program.Run(R"({"a":"x"})").kind, Outcome::Kind::kFailed);
  EXPECT_EQ(program.Run(R"({"a":1})").text, R"({"a":2})");
}

TEST(Jq, AProgramThatRunsForEverIsEndedWhenItsTimeIsOver) {
  Program program =
      Program::Compile("def f: f; f", {.time = std::chrono::milliseconds(50)}).value();
  EXPECT_EQ(program.Run("{}").text, "the program did not end within 50 ms");
}

TEST(Jq, AProgramThatRunsForEverIsEndedWhenSomebodyAsks) {
  StopEvent stop;
  Program program = Program::Compile("[range(infinite)]", {.stop = &stop}).value();
  stop.Set();
  EXPECT_EQ(program.Run("{}").text, "the program was stopped");
}

TEST(Jq, AProgramThatWasEndedRunsOnTheNextText) {
  Program program = Program::Compile("if .a then def f: f; f else .b = 1 end",
                                     {.time = std::chrono::milliseconds(50)})
                        .value();
  EXPECT_EQ(program.Run(R"({"a":true})").kind, Outcome::Kind::kFailed);
  EXPECT_EQ(program.Run("{}").text, R"({"b":1})");
}

TEST(Jq, WhatIsNoJsonFails) {
  EXPECT_EQ(After(".", "{"), "failed: byte 1 of the JSON: a key is missing");
}

TEST(Jq, WhatIsNestedTooDeeplyFails) {
  EXPECT_EQ(After(".", std::string(600, '[') + std::string(600, ']')),
            "failed: it is nested too deeply for jq");
}

TEST(Jq, AProgramThatDoesNotCompileIsToldInJqsWordsWithItsLine) {
  EXPECT_THAT(Program::Compile(".a\n| foo").error().what,
              HasSubstr("foo/0 is not defined at <top-level>, line 2"));
  EXPECT_THAT(Program::Compile("foo(").error().what, HasSubstr("syntax error, unexpected $end"));
}

TEST(Jq, HalfASurrogateKeepsItsText) {
  EXPECT_EQ(After(".b = 1", R"({"a":"\ud800"})"), R"({"a":"\ud800","b":1})");
}

TEST(Jq, ManyNumbersOfOneDoubleKeepTheirTexts) {
  std::string all;
  for (int i = 0; i < 500; ++i) {
    all +=
        (all.empty() ? "" : ",") + std::string("1.") + std::string(static_cast<size_t>(i) + 1, '0');
  }
  EXPECT_EQ(After("map(.)", "[" + all + "]"), "=");
  EXPECT_EQ(After("map(.) + [2]", "[" + all + "]"), "[" + all + ",2]");
}

TEST(Jq, AnAssertionOfJqsOwnIsAFailureOnThatTextAlone) {
  const test_support::LeakExemption what_the_abort_interrupted_held;
  Program program = Program::Compile(".t |= todate").value();
  EXPECT_EQ(program.Run(R"({"t":0})").text, R"({"t":"1970-01-01T00:00:00Z"})");
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = program.Run(R"({"t":1764400000000000000})");
    EXPECT_EQ(outcome.kind, Outcome::Kind::kFailed);
    EXPECT_THAT(outcome.text, HasSubstr("an assertion of its own"));
  }
  EXPECT_EQ(program.Run(R"({"t":60})").text, R"({"t":"1970-01-01T00:01:00Z"})");
}

TEST(Jq, AModuleIsNotFoundAndThatIsToldInJqsWords) {
  const auto program = Program::Compile("import \"a\" as a; .");
  ASSERT_FALSE(program);
  EXPECT_THAT(program.error().what, HasSubstr("module not found: a"));
}

}  // namespace
}  // namespace trafrec::jq
