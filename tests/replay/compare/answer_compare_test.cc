#include "replay/compare/answer_compare.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

using dialect::AnswerView;
using dialect::HeaderView;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> Words(const AnswerView& source, const AnswerView& target) {
  std::vector<std::string> words;
  for (const Difference& each : CompareAnswers(source, target).found) {
    words.push_back(InWords(each));
  }
  return words;
}

std::vector<std::string> WordsOfBodies(std::string_view source, std::string_view target) {
  return Words({200, {}, source}, {200, {}, target});
}

TEST(CompareAnswers, TheStatusIsCompared) {
  EXPECT_THAT(Words({200, {}, ""}, {404, {}, ""}),
              ElementsAre("status: 200 at the source, 404 at the target"));
}

TEST(CompareAnswers, FieldsThatSayWhatTheBodyIsAreCompared) {
  const std::vector<HeaderView> source = {{"content-type", "text/plain"}, {"Date", "yesterday"}};
  const std::vector<HeaderView> target = {{"Content-Type", "text/html"}, {"Location", "/a"}};
  EXPECT_THAT(Words({200, source, ""}, {200, target, ""}),
              ElementsAre("field Content-Type: text/plain at the source, text/html at the target",
                          "field Location: not at the source, /a at the target"));
}

TEST(CompareAnswers, CaseAndBlanksOfAMediaTypeDoNotCount) {
  const std::vector<HeaderView> source = {{"Content-Type", "application/json; charset=UTF-8"}};
  const std::vector<HeaderView> target = {{"Content-Type", "Application/JSON;charset=\"utf-8\""}};
  EXPECT_THAT(Words({200, source, ""}, {200, target, ""}), IsEmpty());
}

TEST(CompareAnswers, JsonIsComparedByWhatItSays) {
  EXPECT_THAT(WordsOfBodies(R"({"a":1,"b":2})", R"({"b":2.0,"a":1})"), IsEmpty());
  EXPECT_THAT(WordsOfBodies(R"({"a":1})", R"({"a":true})"),
              ElementsAre("a: a number (1) at the source, a boolean (true) at the target"));
}

TEST(CompareAnswers, TextIsComparedLineByLine) {
  EXPECT_THAT(WordsOfBodies("one\ntwo\r\nthree\n", "one\ntwo\ndrei\nvier\n"),
              ElementsAre("line 3: three at the source, drei at the target",
                          "line 4: not at the source, vier at the target"));
}

TEST(CompareAnswers, LinesOfNdjsonAreComparedByWhatTheySay) {
  EXPECT_THAT(
      WordsOfBodies("{\"a\":1,\"b\":[1]}\n{\"c\":2}\n", "{\"b\":[1.0], \"a\":1}\n{\"c\":3}\n"),
      ElementsAre("line 2: c: 2 at the source, 3 at the target (+50.0%)"));
}

TEST(CompareAnswers, ALineThatIsNoJsonIsComparedAsText) {
  EXPECT_THAT(WordsOfBodies("{\"a\":1}\n12\n", "{\"a\":1\n12.0\n"),
              ElementsAre("line 1: {\"a\":1} at the source, {\"a\":1 at the target",
                          "line 2: 12 at the source, 12.0 at the target"));
}

TEST(CompareAnswers, AnEmptyLineIsNotALineThatIsNotThere) {
  EXPECT_THAT(WordsOfBodies("one\n\n", "one\n"), SizeIs(1));
}

TEST(CompareAnswers, WhatSaysToBeJsonAndIsNotIsText) {
  EXPECT_THAT(WordsOfBodies(R"({"a":1)", R"({"a":2)"),
              ElementsAre(R"(line 1: {"a":1 at the source, {"a":2 at the target)"));
}

TEST(CompareAnswers, OtherBytesAreComparedAsAWhole) {
  EXPECT_THAT(WordsOfBodies(std::string("a\0b", 3), std::string("a\0c!", 4)),
              ElementsAre("the whole: 3 bytes that are no text at the source, 4 other bytes at the "
                          "target"));
}

TEST(CompareAnswers, ABodyOfOneSideIsMissingOrAdded) {
  EXPECT_THAT(WordsOfBodies("x", ""),
              ElementsAre("line 1: x at the source, missing at the target"));
}

TEST(CompareAnswers, LinesBeyondTheLimitAreComparedAsOne) {
  std::string source;
  for (size_t i = 0; i < limits::kLines; ++i) {
    source += "x\n";
  }
  EXPECT_THAT(WordsOfBodies(source + "a\nb\n", source + "c\nd\n"), SizeIs(1));
}

}  // namespace
}  // namespace trafrec::compare
