#include "replay/send/request_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::send {
namespace {

using message::Field;
using message::Request;

const HeadRules kRules{"", "target:9200", {}, {}};

std::string Wire(const Request& request, const HeadRules& rules = kRules) {
  Outgoing out;
  EXPECT_EQ(WriteRequest(request, rules, {}, out), "");
  std::string all;
  for (const std::string_view piece : out.Pieces(request)) {
    all += piece;
  }
  return all;
}

std::string Refusal(const Request& request) {
  Outgoing out;
  return WriteRequest(request, kRules, {}, out);
}

/// A GET of "/" with these fields, as its lines below the first one.
std::string FieldLines(const std::vector<Field>& fields, const HeadRules& rules = kRules) {
  std::string head = Wire({"GET", "/", fields, {}, false, {}}, rules);
  head.erase(0, head.find("\r\n") + 2);
  head.resize(head.size() - 2);
  return head;
}

TEST(RequestHead, KeepsOrderSpellingAndDoublesOfFields) {
  EXPECT_EQ(FieldLines({{"x-B", "1"}, {"HOST", "recorded"}, {"Accept", ""}, {"X-b", "2"}}),
            "x-B: 1\r\nHOST: target:9200\r\nAccept: \r\nX-b: 2\r\n");
}

TEST(RequestHead, BeginsWithHostWhereNoneWasRecorded) {
  EXPECT_EQ(FieldLines({{"Accept", "*"}}), "Host: target:9200\r\nAccept: *\r\n");
}

TEST(RequestHead, KeepsAHostThatAnEditHasSet) {
  const Request request{"GET", "/", {{"Host", "edited"}}, {}, false, {}, true};
  EXPECT_EQ(Wire(request), "GET / HTTP/1.1\r\nHost: edited\r\n\r\n");
}

TEST(RequestHead, HasOneHostWhereTwoWereRecorded) {
  EXPECT_EQ(FieldLines({{"Host", "a"}, {"Host", "b"}}), "Host: target:9200\r\n");
}

TEST(RequestHead, LeavesOutWhatIsOfOneConnectionOnly) {
  EXPECT_EQ(FieldLines({{"Host", "a"},
                        {"Connection", "keep-alive, X-Hop , x-gone"},
                        {"Keep-Alive", "timeout=5"},
                        {"Proxy-Authorization", "Basic eDp5"},
                        {"Proxy-Connection", "keep-alive"},
                        {"TE", "trailers"},
                        {"Trailer", "X-Sum"},
                        {"Transfer-Encoding", "identity"},
                        {"Upgrade", "h2c"},
                        {"x-hop", "1"},
                        {"X-Gone", "2"},
                        {"X-Stays", "3"}}),
            "Host: target:9200\r\nContent-Length: 0\r\nX-Stays: 3\r\n");
}

TEST(RequestHead, CountsTheBodyInTheRecordedPlace) {
  EXPECT_EQ(Wire({"PUT",
                  "/a",
                  {{"content-length", "999"}, {"Host", "a"}, {"Content-Length", "7"}},
                  "body",
                  false,
                  {}}),
            "PUT /a HTTP/1.1\r\ncontent-length: 4\r\nHost: target:9200\r\n\r\nbody");
}

TEST(RequestHead, CountsABodyThatAnEditAdded) {
  EXPECT_EQ(Wire({"POST", "/", {{"Host", "a"}}, "body", false, {}}),
            "POST / HTTP/1.1\r\nHost: target:9200\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(RequestHead, SaysNothingOfABodyThatWasNotThere) {
  EXPECT_EQ(Wire({"POST", "/", {{"Host", "a"}}, "", false, {}}),
            "POST / HTTP/1.1\r\nHost: target:9200\r\n\r\n");
}

TEST(RequestHead, SendsChunksAndTrailersWhereTheyWereRecorded) {
  EXPECT_EQ(
      Wire({"POST",
            "/",
            {{"Host", "a"}, {"Trailer", "X-Sum"}, {"transfer-encoding", "Chunked"}, {"Z", "z"}},
            "0123456789abcdef",
            true,
            {{"X-Sum", "1"}}}),
      "POST / HTTP/1.1\r\nHost: target:9200\r\nTrailer: X-Sum\r\ntransfer-encoding: "
      "chunked\r\nZ: z\r\n\r\n10\r\n0123456789abcdef\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST(RequestHead, EndsAnEmptyChunkedBody) {
  EXPECT_EQ(Wire({"POST", "/", {{"Host", "a"}}, "", true, {}}),
            "POST / HTTP/1.1\r\nHost: target:9200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST(RequestHead, NeverHasBothLengthAndChunks) {
  EXPECT_EQ(Wire({"POST",
                  "/",
                  {{"Host", "a"}, {"Content-Length", "4"}, {"Transfer-Encoding", "chunked"}},
                  "body",
                  false,
                  {}}),
            "POST / HTTP/1.1\r\nHost: target:9200\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(RequestHead, ExpectsNothingWithoutABody) {
  EXPECT_EQ(FieldLines({{"Host", "a"}, {"Expect", "100-continue"}}), "Host: target:9200\r\n");
}

TEST(RequestHead, SetsTheTargetsFieldsInPlaceOrAtTheEnd) {
  const HeadRules rules{
      "", "target:9200", {{"X-Team", "search"}, {"X-New", "1"}, {"host", "virtual"}}, {"X-Not"}};
  EXPECT_EQ(
      FieldLines({{"Host", "a"}, {"x-team", "old"}, {"X-TEAM", "older"}, {"x-not", "1"}}, rules),
      "Host: virtual\r\nx-team: search\r\nX-New: 1\r\n");
}

TEST(RequestHead, PutsThePathBeforeTheTarget) {
  EXPECT_EQ(TargetOf("/a?b", "/prefix"), "/prefix/a?b");
  EXPECT_EQ(TargetOf("*", "/prefix"), "*");
}

TEST(RequestHead, TakesTheOriginOutOfAnAbsoluteTarget) {
  EXPECT_EQ(TargetOf("http://recorded:80/a?b", ""), "/a?b");
  EXPECT_EQ(TargetOf("http://recorded?b", "/p"), "/p/?b");
  EXPECT_EQ(TargetOf("http://recorded", ""), "/");
  EXPECT_EQ(TargetOf("/a?u=http://b/", ""), "/a?u=http://b/");
}

TEST(RequestHead, RefusesWhatWouldBreakItsLines) {
  const auto with = [](const Field& field) { return Request{"GET", "/", {field}, {}, false, {}}; };
  EXPECT_NE(Refusal(with({"X", "a\nb"})), "");
  EXPECT_NE(Refusal(with({"X\r\nY", "a"})), "");
  EXPECT_NE(Refusal(with({"X", std::string("a\0b", 3)})), "");
  EXPECT_NE(Refusal({"GET", "/a b", {}, {}, false, {}}), "");
  EXPECT_NE(Refusal({"GET", "", {}, {}, false, {}}), "");
  EXPECT_NE(Refusal({"G T", "/", {}, {}, false, {}}), "");
  EXPECT_NE(Refusal({"CONNECT", "a:1", {}, {}, false, {}}), "");
  EXPECT_NE(Refusal({"POST", "/", {}, "b", true, {{"T", "a\r\nb"}}}), "");
}

TEST(RequestHead, HidesSecretsOnceTheyWereWritten) {
  const HeadRules rules{"", "t", {{"Authorization", "Basic geheim", true}, {"B", "2", true}}, {}};
  Outgoing out;
  WriteRequest({"GET", "/", {{"authorization", "old"}, {"A", "1"}}, {}, false, {}}, rules, {}, out);
  EXPECT_THAT(out.head, testing::HasSubstr("authorization: Basic geheim\r\n"));
  out.HideSecrets();
  EXPECT_EQ(out.head,
            "GET / HTTP/1.1\r\nHost: t\r\nauthorization: (secret)\r\nA: 1\r\nB: (secret)\r\n\r\n");
}

}  // namespace
}  // namespace trafrec::send
