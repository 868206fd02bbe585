#include <gmock/gmock.h>

#include "tests/replay/dialect/understood.h"

namespace trafrec::dialect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Bulk, EveryItemIsAnOperationOfItsOwn) {
  const Meaning meaning = Understood("POST /_bulk",
                                     R"({"index":{"_index":"a","_id":"1"}}
{"x":1}
{"create":{"_index":"b","_id":"2","routing":"r"}}
{"x":2}
{"delete":{"_index":"a","_id":"3"}}
{"update":{"_index":"a","_id":"4"}}
{"doc":{"x":3}}
)");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a/1", "w doc b/2@r", "w doc a/3", "w doc a/4"));
  EXPECT_EQ(meaning.operations[3].item, 3U);
  EXPECT_EQ(meaning.operations[3].kind, Kind::kUpdate);
  EXPECT_EQ(meaning.trouble, "");
}

TEST(Bulk, ThePathSaysWhatALineDoesNot) {
  const Meaning meaning = Understood("POST /a/t/_bulk?routing=r&pipeline=p",
                                     "{\"index\":{}}\n{}\n{\"index\":{\"_index\":\"b\"}}\n{}\n");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a@r", "w doc b@r"));
  EXPECT_EQ(meaning.operations[0].type, "t");
  EXPECT_EQ(meaning.operations[0].writing.pipeline, "p");
  EXPECT_TRUE(meaning.operations[0].writing.automatic_id);
}

TEST(Bulk, LinesTileTheBodySoThatItCanBeSplit) {
  const std::string body =
      "{\"index\":{\"_id\":\"1\"}}\r\n{\"x\":1}\r\n{\"delete\":{\"_id\":\"2\"}}\r\n";
  const Meaning meaning = Understood("POST /a/_bulk", body);
  std::string together;
  for (const Operation& operation : meaning.operations) {
    together += operation.action.In(body);
    together += operation.source.In(body);
  }
  EXPECT_EQ(together, body);
}

TEST(Bulk, TheLastLineNeedsNoEnd) {
  const Meaning meaning = Understood("POST /a/_bulk", "{\"index\":{\"_id\":\"1\"}}\n{\"x\":1}");
  EXPECT_EQ(meaning.trouble, "");
  EXPECT_EQ(meaning.operations[0].source.length, 7U);
}

TEST(Bulk, AScriptedUpdateAddsAndAPartialOneDoesNot) {
  const Meaning meaning =
      Understood("POST /a/_bulk",
                 "{\"update\":{\"_id\":\"1\"}}\n{\"script\":\"ctx._source.n++\"}\n"
                 "{\"update\":{\"_id\":\"1\"}}\n{\"doc\":{\"script\":1},\"doc_as_upsert\":true}\n");
  EXPECT_EQ(meaning.operations[0].repeat, Repeat::kAdds);
  EXPECT_EQ(meaning.operations[1].repeat, Repeat::kIdempotent);
  EXPECT_TRUE(meaning.operations[1].writing.upserts);
}

TEST(Bulk, ConditionsAreReadFromTheLine) {
  const Meaning meaning = Understood(
      "POST /a/_bulk",
      "{\"index\":{\"_id\":\"1\",\"if_seq_no\":7,\"if_primary_term\":2}}\n{}\n"
      "{\"index\":{\"_id\":\"1\",\"version\":\"9\",\"version_type\":\"external_gte\"}}\n{}\n");
  EXPECT_EQ(meaning.operations[0].writing.condition.if_seq_no, 7);
  EXPECT_EQ(meaning.operations[0].writing.condition.if_primary_term, 2);
  EXPECT_EQ(meaning.operations[1].writing.condition.version, 9);
  EXPECT_EQ(meaning.operations[1].writing.condition.version_type, VersionType::kExternalGte);
}

TEST(Bulk, AnIndexWithOpTypeCreateIsACreate) {
  const Meaning meaning =
      Understood("POST /a/_bulk", "{\"index\":{\"_id\":\"1\",\"op_type\":\"create\"}}\n{}\n");
  EXPECT_EQ(meaning.operations[0].kind, Kind::kCreate);
}

TEST(Bulk, WhatCannotBeReadIsOneOperationThatMayBeAnything) {
  const std::string body = "{\"delete\":{\"_id\":\"1\"}}\nno JSON\n{\"delete\":{\"_id\":\"2\"}}\n";
  const Meaning meaning = Understood("POST /a/_bulk", body);
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a/1", "w cluster"));
  EXPECT_THAT(meaning.trouble, HasSubstr("line 2 of the bulk"));
  EXPECT_EQ(meaning.operations[1].action.In(body), "no JSON\n{\"delete\":{\"_id\":\"2\"}}\n");
}

TEST(Bulk, AnUnknownActionIsNoOperationAndIsTold) {
  const Meaning meaning =
      Understood("POST /a/_bulk", "{\"upsert\":{}}\n{}\n{\"delete\":{\"_id\":\"1\"}}\n");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a/1"));
  EXPECT_EQ(meaning.operations[0].item, 0U);
  EXPECT_THAT(meaning.trouble, HasSubstr("none of"));
}

TEST(Bulk, EmptyLinesBetweenItemsAreSkipped) {
  EXPECT_THAT(KeysOf(Understood("POST /a/_bulk",
                                "\n{\"index\":{\"_id\":\"1\"}}\n{}\n\r\n"
                                "{\"delete\":{\"_id\":\"2\"}}\n\n")),
              ElementsAre("w doc a/1", "w doc a/2"));
}

TEST(Bulk, OnlyTheFirstActionOfALineCounts) {
  EXPECT_THAT(KeysOf(Understood("POST /a/_bulk",
                                "{\"index\":{\"_id\":\"1\"},\"delete\":{\"_id\":\"2\"}}\n{}\n")),
              ElementsAre("w doc a/1"));
}

TEST(Bulk, ABadDocumentSpoilsItsOwnItemOnly) {
  const Meaning meaning = Understood(
      "POST /a/_bulk", "{\"index\":{\"_id\":\"1\"}}\n{\"x\":\n{\"index\":{\"_id\":\"2\"}}\n{}\n");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a/1", "w doc a/2"));
}

TEST(Bulk, NumbersAreIds) {
  EXPECT_THAT(KeysOf(Understood("POST /a/_bulk", "{\"delete\":{\"_id\":17 ,\"routing\":true}}\n")),
              ElementsAre("w doc a/17@true"));
}

TEST(Bulk, EscapedKeysAreKeys) {
  EXPECT_THAT(KeysOf(Understood("POST /_bulk",
                                "{\"delete\":{\"\\u005findex\":\"b\",\"_id\":\"\\u00e9\"}}\n")),
              ElementsAre("w doc b/é"));
}

TEST(Bulk, ABodyThatIsNotUtf8IsTrouble) {
  EXPECT_THAT(Understood("POST /a/_bulk", "{\"delete\":{\"_id\":\"\xff\"}}\n").trouble,
              HasSubstr("line 1"));
}

TEST(Bulk, DepthCostsNothing) {
  std::string deep = "{\"update\":{\"_id\":\"1\"}}\n{\"doc\":";
  deep += std::string(200'000, '[');
  EXPECT_NE(Understood("POST /a/_bulk", deep + "\n").trouble, "");
}

}  // namespace
}  // namespace trafrec::dialect
