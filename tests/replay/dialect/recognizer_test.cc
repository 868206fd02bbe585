#include "replay/dialect/recognizer.h"

#include <gtest/gtest.h>

#include <array>

namespace trafrec::dialect {
namespace {

void Look(Recognizer& recognizer, std::string_view target, const AnswerView* answer = nullptr) {
  recognizer.Look({"GET", target, {}, {}}, answer);
}

TEST(Recognizer, KnowsASearchEngineByItsPaths) {
  Recognizer recognizer;
  Look(recognizer, "/logs/_search");
  Look(recognizer, "/logs");
  EXPECT_EQ(recognizer.Best().name(), "search");
}

TEST(Recognizer, KnowsASearchEngineByOneAnswerThatNamesIt) {
  constexpr std::array kHeaders = {HeaderView{"x-elastic-product", "Elasticsearch"}};
  const AnswerView answer{200, kHeaders, {}};
  Recognizer recognizer;
  Look(recognizer, "/", &answer);
  Look(recognizer, "/app");
  Look(recognizer, "/app/1");
  EXPECT_EQ(recognizer.Best().name(), "search");
}

TEST(Recognizer, KnowsASearchEngineByAnswersToPathsWithTypes) {
  const AnswerView answer{
      201, {}, R"({"_index":"orders","_type":"order","_id":"1","_version":1,"result":"created"})"};
  Recognizer recognizer;
  Look(recognizer, "/orders/order/1", &answer);
  Look(recognizer, "/orders/order/2", &answer);
  Look(recognizer, "/orders");
  EXPECT_EQ(recognizer.Best().name(), "search");
}

TEST(Recognizer, TakesPathsThatAnyServiceHasForHttp) {
  Recognizer recognizer;
  Look(recognizer, "/orders/1");
  Look(recognizer, "/orders");
  EXPECT_EQ(recognizer.Best().name(), "http");
}

TEST(Recognizer, TakesAnEmptyLogForHttp) { EXPECT_EQ(Recognizer().Best().name(), "http"); }

}  // namespace
}  // namespace trafrec::dialect
