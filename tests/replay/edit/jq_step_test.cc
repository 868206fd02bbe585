#include "replay/edit/editor.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"
#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using testing::HasSubstr;
namespace codec = store::codec;

constexpr auto kBulk = R"({"index":{"_index":"a","_id":"1"}}
{"x":1.0}
{"delete":{"_index":"a","_id":"2"}}
{"create":{"_index":"b","_id":"3"}}
{"x":9007199254740993}
)";

std::string Edit(const std::string& jq, std::string_view line, std::string body) {
  return Apply("[[jq]]\n" + jq, Asked(line, std::move(body))).request.body;
}

TEST(JqStep, ChangesABody) {
  const Edited edited =
      Apply("[[jq]]\nprogram = '.a += 1'\n", Asked("PUT /x", R"({"a":1,"b":1.0})"));
  EXPECT_EQ(edited.request.body, R"({"a":2,"b":1.0})");
  EXPECT_TRUE(edited.changed_body);
}

TEST(JqStep, WhatAProgramDoesNotChangeKeepsItsBytesAndPlace) {
  Editor editor = Loaded("[[jq]]\nprogram = 'if .a == 2 then .b = 1 else . end'\n").value();
  message::Request request = Asked("PUT /x", "  { \"a\" : 1.0 }\n                              ");
  const char* bytes = request.body.data();
  const Edited edited = Apply(editor, std::move(request));
  EXPECT_EQ(edited.request.body.data(), bytes);
  EXPECT_FALSE(edited.changed_body);
  EXPECT_EQ(editor.rules()[0].requests, 0U);
}

TEST(JqStep, OnSourcesChangesTheDocumentsOfABulk) {
  EXPECT_EQ(Edit("on = \"sources\"\nprogram = '.y = 1'", "POST /_bulk", kBulk),
            R"({"index":{"_index":"a","_id":"1"}}
{"x":1.0,"y":1}
{"delete":{"_index":"a","_id":"2"}}
{"create":{"_index":"b","_id":"3"}}
{"x":9007199254740993,"y":1}
)");
}

TEST(JqStep, OnActionsChangesTheLinesBeforeThem) {
  EXPECT_EQ(Edit("on = \"actions\"\nprogram = 'map_values(._index |= \"new-\" + .)'", "POST /_bulk",
                 kBulk),
            R"({"index":{"_index":"new-a","_id":"1"}}
{"x":1.0}
{"delete":{"_index":"new-a","_id":"2"}}
{"create":{"_index":"new-b","_id":"3"}}
{"x":9007199254740993}
)");
}

TEST(JqStep, AProgramThatRunsForEverFailsOnTheRequestWhenItsTimeIsOver) {
  Editor editor =
      Loaded("[[jq]]\nprogram = 'def f: f; f'\ntimeout_ms = 50\non_error = \"keep\"\n").value();
  EXPECT_EQ(Apply(editor, Asked("PUT /x", "{}")).request.body, "{}");
  EXPECT_EQ(editor.rules()[0].failure, "the program did not end within 50 ms");
}

TEST(JqStep, NobodyWaitsForAProgramWhenAskedToStopWhateverOnErrorSays) {
  StopEvent stop;
  Editor editor =
      Loaded("[[jq]]\nprogram = 'def f: f; f'\non_error = \"keep\"\n", "http://target", &stop)
          .value();
  stop.Set();
  const Result<Edited> edited = editor.Apply({.id = "7"}, Asked("PUT /x", "{}"));
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, ErrorCode::kInterrupted);
}

TEST(JqStep, OnLinesChangesAllOfThem) {
  EXPECT_EQ(Edit("on = \"lines\"\nprogram = '.n = 0'", "POST /x", "{\"a\":1}\r\n\n{\"a\":2}"),
            "{\"a\":1,\"n\":0}\r\n\n{\"a\":2,\"n\":0}");
}

TEST(JqStep, ADocumentWithoutAResultGoesWithItsAction) {
  EXPECT_EQ(Edit("on = \"sources\"\nprogram = 'select(.x != 1)'", "POST /_bulk", kBulk),
            R"({"delete":{"_index":"a","_id":"2"}}
{"create":{"_index":"b","_id":"3"}}
{"x":9007199254740993}
)");
}

TEST(JqStep, AnActionWithoutAResultGoesWithItsDocument) {
  EXPECT_EQ(Edit("on = \"actions\"\nprogram = 'select(has(\"delete\"))'", "POST /_bulk", kBulk),
            "{\"delete\":{\"_index\":\"a\",\"_id\":\"2\"}}\n");
}

TEST(JqStep, WhichItemsAreLeftIsTold) {
  const Edited edited = Apply(
      "[[jq]]\non = \"sources\"\nprogram = 'select(.x != 1)'\n"
      "[[jq]]\non = \"actions\"\nprogram = 'select(has(\"delete\") | not)'\n",
      Asked("POST /_bulk", kBulk));
  EXPECT_EQ(edited.operations, std::vector<uint32_t>{2});
}

TEST(JqStep, WithoutARemovalAllItemsAreLeft) {
  EXPECT_EQ(Apply("[[jq]]\non = \"sources\"\nprogram = '.y = 1'\n", Asked("POST /_bulk", kBulk))
                .operations,
            std::nullopt);
}

TEST(JqStep, ARequestOfWhichNothingIsLeftIsDropped) {
  const Edited edited =
      Apply("[[jq]]\nname = \"none\"\nprogram = 'empty'\n", Asked("PUT /x", "{}"));
  EXPECT_EQ(edited.why, "dropped by jq none: nothing is left of its body");
}

TEST(JqStep, ARequestWithoutABodyIsNotItsAffair) {
  EXPECT_FALSE(Apply("[[jq]]\nprogram = 'error'\n", Asked("GET /x")).dropped);
}

class JqStepCodings : public testing::TestWithParam<std::string_view> {};

TEST_P(JqStepCodings, ABodyIsDecodedEditedAndEncodedAgain) {
  message::Request request =
      Asked("PUT /x", codec::EncodeContent(GetParam(), AsBytes("{\"a\":1}")).value());
  request.fields.push_back({"content-encoding", std::string(GetParam())});
  const Edited edited = Apply("[[jq]]\nprogram = '.a = 2'\n", std::move(request));
  EXPECT_EQ(message::FindField(edited.request.fields, "Content-Encoding")->value, GetParam());
  EXPECT_EQ(codec::DecodeContent(GetParam(), AsBytes(edited.request.body), 100).value().bytes,
            "{\"a\":2}");
}

INSTANTIATE_TEST_SUITE_P(Codings, JqStepCodings, testing::Values("gzip", "deflate", "zstd", "br"));

TEST(JqStep, AnEncodedBodyThatIsNotChangedKeepsItsBytes) {
  message::Request request =
      Asked("PUT /x", codec::EncodeContent("gzip", AsBytes("{\"a\":1}")).value());
  request.fields.push_back({"Content-Encoding", "gzip"});
  const std::string same = request.body;
  EXPECT_EQ(Apply("[[jq]]\nprogram = '.'\n", std::move(request)).request.body, same);
}

TEST(JqStep, AFailureEndsTheReplayUnlessTheRuleSaysOtherwise) {
  Editor editor = Loaded("[[jq]]\non = \"lines\"\nprogram = '.a + 1'\n").value();
  EXPECT_EQ(editor.Apply({.id = "e1-7"}, Asked("PUT /x", "{}\n{\"a\":\"x\"}\n")).error().what,
            "jq 1 failed on exchange e1-7: line 2: string (\"x\") and number (1) cannot be added");
}

TEST(JqStep, AFailureCanKeepTheRequestAndIsCounted) {
  Editor editor = Loaded("[[jq]]\non_error = \"keep\"\nprogram = '.a = 1'\n").value();
  const Edited edited = Apply(editor, Asked("PUT /x", "no JSON"));
  EXPECT_EQ(edited.request.body, "no JSON");
  EXPECT_EQ(editor.rules()[0].failures, 1U);
  EXPECT_THAT(editor.rules()[0].failure, HasSubstr("byte 0 of the JSON"));
}

TEST(JqStep, AFailureCanDropTheRequest) {
  const Edited edited =
      Apply("[[jq]]\non_error = \"drop\"\nprogram = '.a = 1'\n", Asked("PUT /x", "no JSON"));
  EXPECT_THAT(edited.why, HasSubstr("dropped, because jq 1 failed: "));
}

TEST(JqStep, ADamagedBodyIsAFailure) {
  message::Request request = Asked("PUT /x", "no gzip");
  request.fields.push_back({"Content-Encoding", "gzip"});
  Editor editor = Loaded("[[jq]]\non_error = \"keep\"\nprogram = '.a = 1'\n").value();
  EXPECT_EQ(Apply(editor, request).request, request);
  EXPECT_EQ(editor.rules()[0].failures, 1U);
}

TEST(JqStep, ABulkThatCannotBeReadIsAFailure) {
  Editor editor =
      Loaded("[[jq]]\non = \"sources\"\non_error = \"keep\"\nprogram = '.a = 1'\n").value();
  EXPECT_EQ(Apply(editor, Asked("POST /_bulk", "{]\n")).request.body, "{]\n");
  EXPECT_THAT(editor.rules()[0].failure, HasSubstr("line 1 of the bulk"));
}

TEST(JqStep, AProgramThatDoesNotCompileIsToldWithBothLines) {
  EXPECT_EQ(ErrorOf("[[jq]]\nprogram = '''.a\n| foo'''\n"),
            "edits.toml, line 2: the program does not compile: error: foo/0 is not defined at "
            "<top-level>, line 2: | foo; 1 compile error");
}

TEST(JqStep, ComesAfterRewritesAndOneAfterAnother) {
  EXPECT_EQ(Edit("program = '.a += 1'\n[[jq]]\nprogram = '.a *= 10'", "PUT /x", R"({"a":1})"),
            R"({"a":20})");
}

}  // namespace
}  // namespace trafrec::edit
