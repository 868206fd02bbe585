#include "reconcile/history/mapping.h"

#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

Mapping Made(const std::string& mappings) {
  return Mapping::OfCreation(R"({"mappings":)" + mappings + "}").value();
}

const std::string kFields =
    R"({"name":{"type":"keyword"},"price":{"type":"double"},"count":{"type":"integer"},)"
    R"("at":{"type":"date"},"shape":{"type":"geo_shape"}})";

TEST(Mapping, TakesSourcesOfPlainFieldsOnlyWhereOthersAreIgnored) {
  const std::string source = R"({"name":"a","price":1.5,"count":3,"at":"2026-11-27","other":[1]})";
  EXPECT_EQ(Made(R"({"dynamic":false,"properties":)" + kFields + "}").Check(source), Fit::kTaken);
  EXPECT_EQ(Made(R"({"properties":)" + kFields + "}").Check(source), Fit::kUnknown);
}

TEST(Mapping, RefusesWordsWhereNumbersAndDatesBelong) {
  const Mapping mapping = Made(R"({"properties":)" + kFields + "}");
  EXPECT_EQ(mapping.Check(R"({"price":"cheap"})"), Fit::kRefused);
  EXPECT_EQ(mapping.Check(R"({"count":["many"]})"), Fit::kRefused);
  EXPECT_EQ(mapping.Check(R"({"at":"soon","other":1})"), Fit::kRefused);
}

TEST(Mapping, SaysNothingOfWhatDependsOnMoreThanTheType) {
  const Mapping mapping = Made(R"({"dynamic":false,"properties":)" + kFields + "}");
  EXPECT_EQ(mapping.Check(R"({"shape":"POINT 1 1"
})"),
            Fit::kUnknown);
  EXPECT_EQ(mapping.Check(R"({"count":3000000000})"), Fit::kUnknown);
  EXPECT_EQ(mapping.Check(R"({"at":"2026-02-31"})"), Fit::kUnknown);
  EXPECT_EQ(mapping.Check("no JSON"), Fit::kUnknown);
  EXPECT_EQ(Made(R"({"properties":{"a":{"type":"integer","ignore_malformed":true}}})")
                .Check(R"({"a":"x"})"),
            Fit::kUnknown);
}

TEST(Mapping, AKeywordThatIsNoTermOfLuceneIsTooLong) {
  const Mapping mapping = Made(R"({"dynamic":false,"properties":)" + kFields + "}");
  const auto named = [&](size_t bytes) {
    return mapping.Check(R"({"shape":"POINT 1 1","name":")" + std::string(bytes, 'x') + R"("})");
  };
  EXPECT_EQ(named(32'766), Fit::kUnknown);
  EXPECT_EQ(named(32'767), Fit::kTooLong);
}

TEST(Mapping, ReadsTheMappingBelowATypeAs6HasIt) {
  EXPECT_EQ(Made(R"({"_doc":{"properties":{"a":{"type":"integer"}}}})").Check(R"({"a":"x"})"),
            Fit::kRefused);
}

}  // namespace
}  // namespace trafrec::reconcile
