#include "reassembly/http/head.h"

#include <gtest/gtest.h>

#include "reassembly/http/request_class.h"
#include "tests/support/random.h"

namespace trafrec::reassembly {
namespace {

std::optional<StartLine> Line(std::string_view text) { return ParseStartLine(text); }

TEST(StartLine, MethodsNeedNotBeKnown) {
  const auto line = Line("QUERY /users HTTP/1.1\r\n");
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->lenient);
  const std::string_view head = "QUERY /users HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  const auto fields = ParseFieldsStrictly(*line, head);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->content_length, 3);
  EXPECT_EQ(fields->host->In(head), "a");
}

TEST(StartLine, AbsoluteTargetsAreStrict) {
  const std::string_view head = "GET http://es:9200//x?y HTTP/1.1\r\n\r\n";
  EXPECT_TRUE(ParseFieldsStrictly(*Line("GET http://es:9200//x?y HTTP/1.1\r\n"), head));
}

TEST(StartLine, TargetMayHoldSpacesLeniently) {
  const auto line = Line("CONNECT mail:25 / HTTP/1.0\r\n");
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->lenient);
  EXPECT_EQ(line->target.In("CONNECT mail:25 / HTTP/1.0\r\n"), "mail:25 /");
}

TEST(StartLine, SimpleRequestIsGetOfAPathAlone) {
  EXPECT_TRUE(Line("GET /path\r\n")->simple);
  EXPECT_FALSE(Line("GET path\r\n"));
  EXPECT_FALSE(Line("HELO me\r\n"));
  EXPECT_FALSE(Line("RETR /path\r\n"));
}

struct OddLine {
  const char* text;
  const char* target;
};

class OddRequestLine : public testing::TestWithParam<OddLine> {};

TEST_P(OddRequestLine, IsOneWhereARequestIsDue) {
  const std::string text = std::string(GetParam().text) + "\r\n";
  const auto line = Line(text);
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->odd);
  EXPECT_TRUE(line->lenient);
  EXPECT_EQ(line->target.In(text), GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, OddRequestLine,
    testing::Values(OddLine{"GET  HTTP/1.1", ""}, OddLine{"OPTIONS HTTP/1.1", "HTTP/1.1"},
                    OddLine{"CCM_POST /HTTP/1.1", "/HTTP/1.1"}, OddLine{"POST /a", "/a"},
                    OddLine{"GET /a HTTP/2.0", "/a"}, OddLine{"GET /a HTTP/1.10", "/a"},
                    OddLine{"GET /a http/1.1", "/a"}, OddLine{"GET /a HTTP/x", "/a"},
                    OddLine{"GET /a b", "/a b"}));

TEST(StartLine, LinesOfOtherProtocolsAreNoRequests) {
  for (const char* text : {"RETR /path", "GET key", "POST", "OPTIONS * RTSP/1.0", "PRI * HTTP/2.0",
                           "OPTIONS sip:a@b SIP/2.0", "MAIL FROM:<a@b>", "set key 0 0 5"}) {
    EXPECT_FALSE(Line(text)) << text;
  }
}

TEST(StartLine, StatusLineNeedsNoReason) {
  EXPECT_EQ(Line("HTTP/1.1 404\r\n")->status, 404);
  EXPECT_TRUE(Line("HTTP/1.1 404\r\n")->lenient);
  EXPECT_FALSE(Line("HTTP/1.1 404 \r\n")->lenient);
  EXPECT_EQ(Line("HTTP/1.0 200 OK\r\n")->version_minor, 0);
  EXPECT_FALSE(Line("HTTP/1.1 20x OK\r\n"));
  EXPECT_FALSE(Line("HTTP/1.1 2000 OK\r\n"));
}

TEST(StartLine, ControlBytesAreNoText) {
  EXPECT_FALSE(Line(std::string_view("GET /\x01 HTTP/1.1\r\n")));
  EXPECT_FALSE(CouldBeStart(std::string_view("\x16\x03\x01", 3)));
  EXPECT_FALSE(CouldBeStart(std::string_view("ES\x00\x00", 4)));
  EXPECT_TRUE(CouldBeStart("HTT"));
  EXPECT_TRUE(CouldBeStart("PROPFIND /a"));
}

TEST(HeadEnd, IsFoundWhereverTheSearchWasInterrupted) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  bool folded = false;
  for (size_t from = 0; from <= head.size(); ++from) {
    EXPECT_EQ(FindHeadEnd(head, from, folded), head.size()) << from;
  }
  EXPECT_EQ(FindHeadEnd("a\n\nb", 0, folded), 3);
  EXPECT_EQ(FindHeadEnd("a\n\r\nb", 0, folded), 4);
  EXPECT_EQ(FindHeadEnd("a\r\nb\r\n", 0, folded), std::string_view::npos);
  EXPECT_FALSE(folded);
  FindHeadEnd("a\r\n b\r\n\r\n", 0, folded);
  EXPECT_TRUE(folded);
}

TEST(StrictFields, RefuseWhatTheGrammarDoes) {
  const auto refused = [](std::string_view fields) {
    const std::string head = "POST / HTTP/1.1\r\n" + std::string(fields) + "\r\n";
    return !ParseFieldsStrictly(*Line("POST / HTTP/1.1\r\n"), head);
  };
  EXPECT_FALSE(refused("Content-Length: 5\r\n"));
  EXPECT_TRUE(refused("Content-Length: 5\n"));
  EXPECT_TRUE(refused("Content-Length : 5\r\n"));
  EXPECT_TRUE(refused("Content-Length: +5\r\n"));
  EXPECT_TRUE(refused("Content-Length: 5\r\nContent-Length: 5\r\n"));
  EXPECT_TRUE(refused("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(refused("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"));
  EXPECT_TRUE(refused("Content-Length: 99999999999999999999999\r\n"));
  EXPECT_TRUE(refused("Content-Length: 18446744073709551615\r\n"));
  EXPECT_TRUE(refused("no field\r\n"));
  EXPECT_TRUE(refused(": no name\r\n"));
}

TEST(StrictFields, RefuseCodingsInHttp10) {
  const std::string head = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_FALSE(ParseFieldsStrictly(*Line("POST / HTTP/1.0\r\n"), head));
}

// Heads put together of right and wrong parts; then a byte in some of them is exchanged.
std::string OddHead(test_support::Random& random) {
  const auto any_of = [&](std::initializer_list<const char*> parts) {
    return std::string(parts.begin()[random.Below(static_cast<uint32_t>(parts.size()))]);
  };
  std::string head = any_of({"GET / HTTP/1.1\r\n", "PUT /a/b?c=[d] HTTP/1.0\r\n",
                             "CONNECT a:1 HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n",
                             "HTTP/1.1 200 OK\r\n", "HTTP/1.0 204\r\n", "HTTP/1.1 404 \r\n"});
  for (uint32_t fields = random.Below(6); fields > 0; --fields) {
    head += any_of({"Host", "hOST", "Expect", "Content-Length", "content-length", "Connection",
                    "Transfer-Encoding", "transfer-encoding", "Upgrade", "Accept", "X-A_b.c|d"});
    head += any_of({":", ": ", ": ", ": ", ":  ", ":\t", " :"});
    head += any_of({"a", "example:9200 ", "", "12", "0", "007", "5 ", "99999999999999999999",
                    "chunked", "gzip, chunked", "Chunked", "close", "upgrade", "\xc3\xa9", "a\tb"});
    head += any_of({"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n"});
  }
  if (random.Percent(30)) {
    head[random.Below(static_cast<uint32_t>(head.size()))] =
        static_cast<char>(random.Percent(50) ? random.Below(256) : 0x20 + random.Below(0x5f));
  }
  return head + "\r\n";
}

TEST(PlainFields, SayWhatTheStrictGrammarSays) {
  test_support::Random random(1);
  size_t plain = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string text = OddHead(random);
    const auto line = Line(std::string_view(text).substr(0, text.find('\n') + 1));
    bool folded = false;
    const std::string_view head = std::string_view(text).substr(0, FindHeadEnd(text, 0, folded));
    if (!line || line->simple || folded) {
      continue;
    }
    HeadFields fields;
    const size_t end = ReadPlainFields(*line, text, text.find('\n') + 1, fields);
    if (end != std::string::npos) {
      ++plain;
      EXPECT_EQ(end, head.size());
      EXPECT_EQ(fields, ParseFieldsByLlhttp(*line, head)) << head;
    }
  }
  EXPECT_GT(plain, 5'000);
}

// A line that ends with LF alone is never plain, so it shows what is made of the same words
// otherwise.
TEST(StartLine, PlainOnesAreReadAsAllOthers) {
  test_support::Random random(2);
  size_t plain = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string head = OddHead(random);
    const std::string words = head.substr(0, head.find_first_of("\r\n"));
    const auto line = Line(words + "\r\n");
    if (!line || !line->plain) {
      continue;
    }
    ++plain;
    const auto other = Line(words + "\n");
    ASSERT_TRUE(other) << words;
    EXPECT_FALSE(other->plain);
    EXPECT_EQ(line->side, other->side);
    EXPECT_EQ(line->method, other->method) << words;
    EXPECT_EQ(line->target, other->target) << words;
    EXPECT_EQ(line->status, other->status) << words;
    EXPECT_EQ(line->version_major, other->version_major);
    EXPECT_EQ(line->version_minor, other->version_minor);
    EXPECT_FALSE(line->lenient || line->simple || line->odd || other->simple || other->odd);
  }
  EXPECT_GT(plain, 20'000);
}

TEST(StartLine, IsPlainOnlyAsTheGrammarWantsIt) {
  for (const char* const plain : {"GET / HTTP/1.1\r\n", "M-SEARCH * HTTP/1.0\r\n",
                                  "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 \r\n"}) {
    EXPECT_TRUE(Line(plain)->plain) << plain;
  }
  for (const char* const other :
       {"GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET /a b HTTP/1.1\r\n", "GET / HTTP/1.1\n",
        "GET /\r\n", "GET\t/ HTTP/1.1\r\n", "GET /\xc3\xa9 HTTP/1.1\r\n", "HTTP/1.1  200 OK\r\n",
        "HTTP/1.1 200\r\n", "HTTP/1.1 200 \xc3\xa9\r\n", "HTTP/1 200 OK\r\n"}) {
    EXPECT_FALSE(Line(other)->plain) << other;
  }
}

TEST(RequestClass, ReadsAreKnownByMethodAndPath) {
  EXPECT_TRUE(IsRead("GET", "/anything"));
  EXPECT_TRUE(IsRead("POST", "/orders/_search?size=1"));
  EXPECT_TRUE(IsRead("POST", "/_msearch"));
  EXPECT_TRUE(IsRead("POST", "/_search/scroll"));
  EXPECT_TRUE(IsRead("POST", "/orders/_explain/7"));
  EXPECT_FALSE(IsRead("POST", "/orders/_doc"));
  EXPECT_FALSE(IsRead("POST", "/_bulk"));
  EXPECT_FALSE(IsRead("POST", "/orders/_update_by_query"));
  EXPECT_FALSE(IsRead("PUT", "/orders/_search"));
  EXPECT_FALSE(IsRead("DELETE", "/_search/scroll"));
}

}  // namespace
}  // namespace trafrec::reassembly
