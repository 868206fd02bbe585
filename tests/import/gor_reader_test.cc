#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/read_text.h"
#include "tests/import/samples.h"

namespace trafrec::import {
namespace {

using store::Flag;
using test_support::GorRecord;
using test_support::ReadText;
using test_support::TargetsOf;
using testing::ElementsAre;

constexpr const char* kRequest = "GET /a HTTP/1.1\r\nHost: 10.0.0.9:9200\r\n\r\n";
constexpr const char* kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

ReadText ReadGor(std::string_view text, GorResponses responses = GorResponses::kRecorded) {
  return test_support::Read(text, Format::kGor, responses);
}

ImportedExchange OnlyOf(const ReadText& read) {
  EXPECT_EQ(read.exchanges.size(), 1U);
  EXPECT_TRUE(read.report.whole());
  return read.exchanges.empty() ? ImportedExchange() : read.exchanges.front();
}

TEST(GorReader, AnIdJoinsRequestAndResponse) {
  const ReadText read =
      ReadGor(GorRecord("1 aa 1000 5", kRequest) + GorRecord("1 bb 1001 5", kRequest) +
              GorRecord("2 bb 1010 5", kAnswer) +
              GorRecord("2 aa 2000 7", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_EQ(read.exchanges.size(), 2U);
  EXPECT_EQ(read.exchanges[0].response->facts.status, 404);
  EXPECT_EQ(read.exchanges[1].response->facts.status, 200);
}

TEST(GorReader, TimesAreKept) {
  const ImportedExchange exchange =
      OnlyOf(ReadGor(GorRecord("1 aa 1795243680000000001 5", kRequest) +
                     GorRecord("2 aa 1795243680000000101 7", kAnswer)));
  EXPECT_EQ(exchange.began_at, 1'795'243'680'000'000'001);
  EXPECT_EQ(exchange.request->facts.last_byte_at, 1'795'243'680'000'000'006);
  EXPECT_EQ(exchange.latency_ns, 95);
  EXPECT_EQ(exchange.response->facts.last_byte_at, 1'795'243'680'000'000'108);
}

TEST(GorReader, AHostThatIsAnAddressIsTheServer) {
  EXPECT_EQ(OnlyOf(ReadGor(GorRecord("1 aa 1000", kRequest))).connection.server.ToString(),
            "10.0.0.9:9200");
}

TEST(GorReader, AResponseMayComeBeforeItsRequest) {
  const ImportedExchange exchange =
      OnlyOf(ReadGor(GorRecord("2 aa 2000 1", kAnswer) + GorRecord("1 aa 1000 1", kRequest)));
  ASSERT_TRUE(exchange.request && exchange.response);
  EXPECT_EQ(exchange.began_at, 1000);
}

TEST(GorReader, ChunksAreTakenApartWithTheirTrailers) {
  const ImportedExchange exchange =
      OnlyOf(ReadGor(GorRecord("1 aa 1000 0",
                               "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n")));
  EXPECT_EQ(exchange.request->body, "abcde");
  EXPECT_EQ(exchange.request->trailers, "T: 1\r\n");
  EXPECT_EQ(exchange.request->facts.framing, store::Framing::kChunked);
}

TEST(GorReader, AResponseThatGoReplayCutIsFlagged) {
  for (const std::string cut : {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhi",
                                "HTTP/1.1 200 OK\r\nContent-Le"}) {
    const ImportedExchange exchange =
        OnlyOf(ReadGor(GorRecord("1 aa 1000 0", kRequest) + GorRecord("2 aa 1001 0", cut)));
    EXPECT_TRUE(HasFlag(exchange.response->facts.flags, Flag::kResponseTruncated)) << cut;
  }
}

TEST(GorReader, AnAnswerToHeadHasNoBody) {
  const ImportedExchange exchange =
      OnlyOf(ReadGor(GorRecord("1 aa 1000 0", "HEAD / HTTP/1.1\r\n\r\n") +
                     GorRecord("2 aa 1001 0", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")));
  EXPECT_FALSE(HasFlag(exchange.response->facts.flags, Flag::kResponseTruncated));
}

TEST(GorReader, BytesBehindAMessageAreDroppedAndCounted) {
  const ReadText read = ReadGor(GorRecord(
      "1 aa 1000 0", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(OnlyOf(read).request->body, "ab");
  EXPECT_EQ(read.report.noted.at("bytes_behind_a_message"), 1U);
}

TEST(GorReader, ReplayedResponsesAreLeftOutUnlessAskedFor) {
  const std::string text = GorRecord("1 aa 1000 0", kRequest) + GorRecord("2 aa 1100 0", kAnswer) +
                           GorRecord("3 aa 5000 70", "HTTP/1.1 503 No\r\n\r\n");
  const ReadText recorded = ReadGor(text);
  EXPECT_EQ(OnlyOf(recorded).response->facts.status, 200);
  EXPECT_EQ(recorded.report.left_out.at("replayed_responses"), 1U);
  const ReadText replayed = ReadGor(text, GorResponses::kReplayed);
  EXPECT_EQ(OnlyOf(replayed).response->facts.status, 503);
  EXPECT_EQ(OnlyOf(replayed).began_at, 5000) << "when it was sent again";
  EXPECT_EQ(OnlyOf(replayed).latency_ns, 70);
}

TEST(GorReader, AnInterimAnswerIsNotTheAnswer) {
  const ImportedExchange exchange =
      OnlyOf(ReadGor(GorRecord("1 aa 1000 0", kRequest) +
                     GorRecord("2 aa 1001 0", "HTTP/1.1 100 Continue\r\n\r\n") +
                     GorRecord("2 aa 1002 0", kAnswer)));
  EXPECT_EQ(exchange.interim.size(), 1U);
  EXPECT_EQ(exchange.response->facts.status, 200);
}

TEST(GorReader, GarbageCostsOnlyItsRecord) {
  const ReadText read =
      ReadGor(test_support::GorPair("a1", "/a", "1") + GorRecord("7 what is this", "") +
              GorRecord("1 cc 1500 0", "no HTTP at all") + test_support::GorPair("a2", "/b", "2"));
  EXPECT_THAT(TargetsOf(read), ElementsAre("/a", "/b"));
  EXPECT_EQ(read.report.damaged, 2U);
}

}  // namespace
}  // namespace trafrec::import
