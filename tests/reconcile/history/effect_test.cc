#include "reconcile/history/effect.h"

#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

const std::string kScript =
    R"({"script":{"source":"ctx._source.w = params.w; ctx._source.n = ctx._source.n + 1","params":{"w":"mine"}}})";

bool CanLeave(const std::string& body, const std::string& before, const std::string& after) {
  return Writer::OfBody(body).CanLeave(Effect::Of(before, after));
}

TEST(Effect, ATextThatIsNewStandsInTheBodyOfItsWriter) {
  EXPECT_TRUE(CanLeave(R"({"doc":{"w":"mine"}})", R"({"a":"old"})", R"({"a":"old","w":"mine"})"));
  EXPECT_FALSE(CanLeave(R"({"doc":{"w":"mine"}})", R"({"a":"old"})", R"({"a":"old","w":"his"})"));
}

TEST(Effect, APlainScriptWritesTextsOfItsBodyOrNumbersBehindThoseOfTheDocument) {
  EXPECT_TRUE(CanLeave(kScript, R"({"n":1})", R"({"n":2,"w":"mine"})"));
  EXPECT_TRUE(CanLeave(kScript, R"({"n":"x"})", R"({"n":"x1","w":"mine"})"));
  EXPECT_FALSE(CanLeave(kScript, R"({"n":1})", R"({"n":2,"w":"his"})"));
}

TEST(Effect, AScriptThatMayJoinTextsMayWriteAny) {
  for (const char* source :
       {"ctx._source.w = params.a + params.b", "ctx._source.w = f(params.a)"}) {
    const std::string body = std::string(R"({"script":{"source":")") + source + R"("}})";
    EXPECT_TRUE(CanLeave(body, "{}", R"({"w":"any"})")) << source;
  }
}

TEST(Effect, AStoredScriptMayWriteAny) {
  EXPECT_TRUE(CanLeave(R"({"script":{"id":"stored"}})", "{}", R"({"w":"any"})"));
}

std::string Setting(const std::string& source) {
  return R"({"script":{"source":")" + source + R"(","params":{"w":"mine"}}})";
}

TEST(Effect, AParameterThatAScriptPutsThereStandsThere) {
  const std::string body = Setting("ctx._source.w = params.w; ctx._source.n = 2");
  EXPECT_FALSE(CanLeave(body, R"({"n":1})", R"({"n":2})"));
  EXPECT_TRUE(CanLeave(body, R"({"n":1})", R"({"n":2,"w":"mine"})"));
  EXPECT_TRUE(CanLeave(body, R"({"n":1,"w":"mine"})", R"({"n":2,"w":"mine"})"));
  EXPECT_TRUE(CanLeave(body, "", R"({"n":2})"));  // an upsert's document
}

TEST(Effect, AParameterThatAScriptMayLeaveOutNeedNotStandThere) {
  for (const char* source :
       {"if (params.x) { ctx._source.w = params.w }", "ctx._source.w = params.w; ctx._source.w = 1",
        "ctx._source.w = params.v"}) {
    EXPECT_TRUE(CanLeave(Setting(source), R"({"n":1})", R"({"n":2})")) << source;
  }
}

TEST(Effect, WhoMayWriteMoreStillMarksWhatCameWithIt) {
  const Writer writer = Writer::OfBody(R"({"doc":{"w":"mine"}})").AndMore();
  EXPECT_TRUE(writer.CanLeave(Effect::Of("{}", R"({"w":"his"})")));
  EXPECT_TRUE(writer.Marks(Effect::Of("{}", R"({"w":"mine"})")));
}

TEST(Effect, OnlyTextsOfSomeLengthMarkTheirWriter) {
  const Writer writer = Writer::OfBody(R"({"doc":{"w":"mine","s":"x"}})");
  EXPECT_TRUE(writer.Marks(Effect::Of("{}", R"({"w":"mine"})")));
  EXPECT_FALSE(writer.Marks(Effect::Of("{}", R"({"s":"x"})")));
  EXPECT_FALSE(writer.Marks(Effect::Of(R"({"w":"mine"})", R"({"w":"mine"})")));
}

}  // namespace
}  // namespace trafrec::reconcile
