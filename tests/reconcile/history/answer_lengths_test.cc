#include "reconcile/history/answer_lengths.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

struct Asked {
  std::string target = "/orders/_doc/a1";
  Kind kind = Kind::kIndex;
  bool upserts = false;
  std::vector<dialect::HeaderView> headers{};

  std::optional<AwaitedAnswer> Awaited(const std::string& id = "a1") const {
    dialect::Meaning meaning{.kind = kind};
    dialect::Operation& operation = meaning.operations.emplace_back();
    operation.kind = kind;
    operation.writing.upserts = upserts;
    return AnswerLengths::Await({"PUT", target, headers, ""}, meaning, "orders", id);
  }
};

/// As Elasticsearch 7.10 writes it, but for the order of its members.
std::string Head(std::string_view reason, std::string_view location, size_t body) {
  return fmt::format(
      "HTTP/1.1 200 {}\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n", reason,
      location.empty() ? "" : fmt::format("Location: {}\r\n", location), body);
}

std::string Body(std::string_view id, int version, std::string_view result, int seq_no) {
  return fmt::format(
      R"({{"_index":"orders","_type":"_doc","_id":"{}","_version":{},"result":"{}","_shards":{{"total":1,"successful":1,"failed":0}},"_seq_no":{},"_primary_term":1}})",
      id, version, result, seq_no);
}

uint64_t BytesOf(std::string_view reason, std::string_view location, const std::string& body) {
  return Head(reason, location, body.size()).size() + body.size();
}

/// What one update of "a1" teaches.
AnswerLengths Taught(const Asked& asked = {}) {
  AnswerLengths lengths;
  const std::string body = Body("a1", 3, "updated", 17);
  store::StoredMessage answer;
  answer.head = Head("OK", "", body.size());
  answer.facts.framing = store::Framing::kContentLength;
  answer.facts.body_bytes = body.size();
  lengths.Learn(answer, *asked.Awaited(),
                {.fate = Fate::kUpdated, .version = 3, .seq_no = 17, .primary_term = 1});
  return lengths;
}

LengthSays Read(const Asked& asked, const std::string& id, uint64_t bytes,
                const AnswerLengths::Numbers& found = {{1, 1}, {1, 2}}) {
  return Taught({.kind = asked.kind == Kind::kUpdate ? Kind::kUpdate : Kind::kIndex})
      .Read(*asked.Awaited(id), bytes, {{2, 2}, {3, 4}}, found);
}

TEST(AnswerLengths, AnAnswerAsLongAsASuccessIsOne) {
  EXPECT_EQ(Read({.target = "/orders/_doc/longer-id"}, "longer-id",
                 BytesOf("OK", "", Body("longer-id", 12, "updated", 1234))),
            LengthSays::kWrote);
  EXPECT_EQ(
      Read({.target = "/orders/_doc/longer-id"}, "longer-id",
           BytesOf("Created", "/orders/_doc/longer-id", Body("longer-id", 12, "created", 123))),
      LengthSays::kWrote);
}

TEST(AnswerLengths, AnAnswerLongerThanAnySuccessSaysNothing) {
  const uint64_t longest = BytesOf("Created", "/orders/_doc/a1", Body("a1", 12, "created", 1234));
  EXPECT_EQ(Read({}, "a1", longest), LengthSays::kWrote);
  EXPECT_EQ(Read({}, "a1", longest + 1), LengthSays::kNothing);
}

TEST(AnswerLengths, ACreateIsNotAnsweredAsAnUpdateIs) {
  EXPECT_EQ(Read({.kind = Kind::kCreate}, "a1", BytesOf("OK", "", Body("a1", 12, "updated", 123))),
            LengthSays::kNothing);
}

TEST(AnswerLengths, ANoopIsTheShorterByItsWord) {
  EXPECT_EQ(Read({.kind = Kind::kUpdate}, "a1", BytesOf("OK", "", Body("a1", 1, "noop", 17))),
            LengthSays::kChangedNothing);
  EXPECT_EQ(Read({.kind = Kind::kUpdate}, "a1", BytesOf("OK", "", Body("a1", 12, "updated", 123))),
            LengthSays::kWrote);
}

TEST(AnswerLengths, WhatANoopAndAnUpdateMayBothBeSaysNothing) {
  EXPECT_EQ(Read({.kind = Kind::kUpdate}, "a1", BytesOf("OK", "", Body("a1", 12, "updated", 123)),
                 {{1, 3}, {1, 5}}),
            LengthSays::kNothing);
}

TEST(AnswerLengths, AnotherFormOfAnswerTeachesNothing) {
  const Asked refreshing{.target = "/orders/_doc/a1?refresh=true"};
  EXPECT_EQ(Taught().Read(*refreshing.Awaited(), BytesOf("OK", "", Body("a1", 12, "updated", 123)),
                          {{2, 2}, {3, 4}}, {}),
            LengthSays::kNothing);
}

TEST(AnswerLengths, WhereAnswersMayBeCompressedTheirLengthIsNotAwaited) {
  const std::vector<dialect::HeaderView> gzip = {{"Accept-Encoding", "gzip,deflate"}};
  const std::vector<dialect::HeaderView> plain = {{"Accept-Encoding", "identity"}};
  EXPECT_FALSE((Asked{.headers = gzip}).Awaited());
  EXPECT_TRUE((Asked{.headers = plain}).Awaited());
}

}  // namespace
}  // namespace trafrec::reconcile
