#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/read_text.h"
#include "tests/import/samples.h"

namespace trafrec::import {
namespace {

using test_support::NdjsonLine;
using test_support::ReadText;
using test_support::TargetsOf;
using testing::ElementsAre;
using testing::HasSubstr;

ReadText ReadNdjson(std::string_view text) { return test_support::Read(text, Format::kNdjson); }

TEST(NdjsonReader, ALineWithoutFactsOfTheWireIsEnough) {
  const ReadText read = ReadNdjson(NdjsonLine("/a", 1));
  ASSERT_EQ(read.exchanges.size(), 1U);
  EXPECT_TRUE(read.exchanges[0].wire_unknown);
  EXPECT_EQ(read.exchanges[0].request->head, "GET /a HTTP/1.1\r\nHost: es\r\n\r\n");
  EXPECT_EQ(read.exchanges[0].connection.client.ToString(), "10.0.0.1:40000");
}

TEST(NdjsonReader, UnknownFieldsAreIgnored) {
  std::string line = NdjsonLine("/a", 1);
  line.insert(1, R"("x":{"y":[1,2,{}]},)");
  EXPECT_THAT(TargetsOf(ReadNdjson(line)), ElementsAre("/a"));
}

TEST(NdjsonReader, ANewerVersionIsRefusedByName) {
  std::string line = NdjsonLine("/a", 1);
  line.replace(line.find(":1"), 2, ":2");
  const ReadText read = ReadNdjson(NdjsonLine("/a", 1) + line);
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->code, ErrorCode::kUnsupported);
  EXPECT_THAT(read.error->what, HasSubstr("line 2: version 2"));
}

TEST(NdjsonReader, ADamagedLineCostsOnlyItself) {
  const ReadText read =
      ReadNdjson(NdjsonLine("/a", 1) + "{\"v\":1,\"time\":\n" + "\n" + NdjsonLine("/b", 2));
  EXPECT_THAT(TargetsOf(read), ElementsAre("/a", "/b"));
  ASSERT_EQ(read.report.places.size(), 1U);
  EXPECT_EQ(read.report.places[0].offset, NdjsonLine("/a", 1).size());
}

TEST(NdjsonReader, TheLastLineNeedsNoEnd) {
  std::string text = NdjsonLine("/a", 1);
  text.pop_back();
  const ReadText read = ReadNdjson(text);
  EXPECT_THAT(TargetsOf(read), ElementsAre("/a"));
  EXPECT_TRUE(read.report.whole());
}

TEST(NdjsonReader, ConnectionsOfTwoRecordersStayApart) {
  std::string other = NdjsonLine("/b", 2);
  other.replace(other.find("\"web1\""), 6, "\"web2\"");
  const ReadText read = ReadNdjson(NdjsonLine("/a", 1) + other);
  ASSERT_EQ(read.exchanges.size(), 2U);
  EXPECT_EQ(read.exchanges[0].connection.number, 3U);
  EXPECT_NE(read.exchanges[1].connection.number, 3U);
}

TEST(NdjsonReader, ABodyThatContradictsItsLengthIsRefused) {
  std::string line = NdjsonLine("/a", 1);
  line.insert(line.find("\"headers\""), R"("body":"abc","body_stored_len":2,)");
  const ReadText read = ReadNdjson(line);
  EXPECT_TRUE(read.exchanges.empty());
  EXPECT_EQ(read.report.damaged, 1U);
}

}  // namespace
}  // namespace trafrec::import
