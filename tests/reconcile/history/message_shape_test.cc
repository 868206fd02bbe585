#include "reconcile/history/message_shape.h"

#include <gmock/gmock.h>

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;

Shape Asked(std::string_view method, std::string_view target, std::string_view body = "") {
  return ShapeOf({.method = method, .target = target, .headers = {}, .body = body},
                 dialect::SearchDialect());
}

Shape Said(std::string_view body) { return ShapeOf({.status = 200, .headers = {}, .body = body}); }

TEST(MessageShape, NamesTheDocumentOfASingleOperation) {
  const Shape asked = Asked("PUT", "/orders/_doc/d1", R"({"a":1})");
  EXPECT_EQ(asked.kind, Shape::Kind::kWrite);
  EXPECT_THAT(asked.ids, ElementsAre("d1"));
  EXPECT_TRUE(asked.Fits(Said(R"({"_index":"orders","_id":"d1","result":"created"})")));
  EXPECT_FALSE(asked.Fits(Said(R"({"_index":"orders","_id":"d2","result":"created"})")));
  EXPECT_FALSE(asked.Fits(Said(R"({"_index":"orders","_id":"d1","found":true})")));
}

TEST(MessageShape, NamesTheDocumentsOfABulk) {
  const Shape asked =
      Asked("POST", "/orders/_bulk", "{\"delete\":{\"_id\":\"a\"}}\n{\"index\":{}}\n{\"n\":1}\n");
  EXPECT_THAT(asked.ids, ElementsAre("a", ""));
  EXPECT_TRUE(
      asked.Fits(Said(R"({"took":1,"items":[{"delete":{"_id":"a"}},{"index":{"_id":"made"}}]})")));
  EXPECT_FALSE(asked.Fits(Said(R"({"took":1,"items":[{"delete":{"_id":"a"}}]})")));
}

TEST(MessageShape, SaysNothingOfErrorsAndOfWhatAPipelineMayRename) {
  EXPECT_EQ(Said(R"({"error":{"type":"x"},"_index":"orders","_id":"d1","result":"x"})").kind,
            Shape::Kind::kUnknown);
  EXPECT_THAT(Asked("PUT", "/orders/_doc/d1?pipeline=p", "{}").ids, ElementsAre(""));
  EXPECT_EQ(Asked("PUT", "/orders/_doc/d1?filter_path=took", "{}").kind, Shape::Kind::kUnknown);
}

}  // namespace
}  // namespace trafrec::reconcile
