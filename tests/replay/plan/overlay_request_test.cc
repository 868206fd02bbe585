#include "replay/plan/overlay_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/dialect/dialect.h"

namespace trafrec::plan {
namespace {

using store::OverlayEntry;
using store::OverlayRewrite;
using testing::HasSubstr;

OverlayEntry Entry(std::optional<uint32_t> item, const OverlayRewrite& rewrite) {
  return {{.exchange = {.recorder = "vm", .attempt = 1, .number = 1}, .item = item}, rewrite};
}

message::Request Bulk() {
  return {.method = "POST",
          .target = "/i/_bulk",
          .fields = {{"Content-Type", "application/x-ndjson"}, {"X-A", "1"}, {"x-a", "2"}},
          .body =
              "{\"index\":{\"_id\":\"1\"}}\n{\"p\":1.0}\n{\"delete\":{\"_id\":\"2\"}}\n"
              "{\"index\":{\"_id\":\"3\"}}\n{\"p\": 3}\n"};
}

dialect::Meaning MeaningOf(const message::Request& request) {
  return dialect::SearchDialect().Understand(
      {.method = request.method, .target = request.target, .headers = {}, .body = request.body});
}

Status Apply(const std::vector<OverlayEntry>& entries, message::Request& request) {
  return ApplyRewrites(entries, MeaningOf(request), request);
}

TEST(OverlayRequest, ItemsAreChangedInTheirPlacesAndNothingElse) {
  message::Request request = Bulk();
  ASSERT_TRUE(Apply(
      {Entry(0, {.pointers = {{"/p", "1000000.0"}}}), Entry(2, {.body = "{\"q\":4}\n"})}, request));
  EXPECT_EQ(request.body,
            "{\"index\":{\"_id\":\"1\"}}\n{\"p\":1000000.0}\n{\"delete\":{\"_id\":\"2\"}}\n"
            "{\"index\":{\"_id\":\"3\"}}\n{\"q\":4}\n");
}

TEST(OverlayRequest, WhatIsNotNamedStaysAsRecorded) {
  message::Request request = Bulk();
  ASSERT_TRUE(Apply({Entry({}, {.target = "/j/_bulk", .set_fields = "X-A: 3\r\n"})}, request));
  message::Request expected = Bulk();
  expected.target = "/j/_bulk";
  expected.fields = {{"Content-Type", "application/x-ndjson"}, {"X-A", "3"}};
  EXPECT_EQ(request, expected);
}

TEST(OverlayRequest, HeadersAreRemovedInAnyCase) {
  message::Request request = Bulk();
  ASSERT_TRUE(Apply({Entry({}, {.removed_fields = {"x-A"}})}, request));
  EXPECT_EQ(request.fields.size(), 1U);
}

TEST(OverlayRequest, ABodyOfTheWholeOutranksItsItems) {
  message::Request request = Bulk();
  ASSERT_TRUE(
      Apply({Entry({}, {.body = "other"}), Entry(0, {.pointers = {{"/p", "2"}}})}, request));
  EXPECT_EQ(request.body, "other");
}

TEST(OverlayRequest, WhatCannotBeChangedNamesTheOperation) {
  for (const auto& [item, rewrite] : std::vector<std::pair<uint32_t, OverlayRewrite>>{
           {1, {.body = "{}"}},                    // a delete
           {7, {.body = "{}"}},                    // not there
           {0, {.body = "{\n}"}},                  // two lines
           {0, {.pointers = {{"/x/y", "1"}}}}}) {  // no such place
    message::Request request = Bulk();
    const Status refused = Apply({Entry(item, rewrite)}, request);
    ASSERT_FALSE(refused) << item;
    EXPECT_THAT(refused.error().what, HasSubstr("vm-0001-11/" + std::to_string(item)));
  }
}

TEST(OverlayRequest, AnInsertionBecomesARequest) {
  store::Insertion insertion;
  insertion.method = "PUT";
  insertion.target = "/a";
  insertion.fields = "Host: es\r\nX-A: 1\r\n";
  insertion.body = "{}";
  const message::Request request = RequestOf(insertion);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.fields, (std::vector<message::Field>{{"Host", "es"}, {"X-A", "1"}}));
  EXPECT_EQ(request.body, "{}");
}

}  // namespace
}  // namespace trafrec::plan
