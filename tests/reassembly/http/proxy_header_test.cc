// What load balancers put before the first request of a connection.

#include "reassembly/http/proxy_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_literals;

const std::string kText = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 9200\r\n";

/// Version 2 of TCP over IPv4, with `more` bytes of what else the balancer says.
std::string Binary(size_t more = 0) {
  const size_t length = 12 + more;
  std::string header = "\r\n\r\n\0\r\nQUIT\n\x21\x11"s;
  header += static_cast<char>(length >> 8);
  header += static_cast<char>(length & 0xff);
  return header + "\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x23\xf0"s + std::string(more, '\n');
}

void ExpectTwoWholeExchanges(Talk& talk, const std::string& header) {
  talk.Server(Ok("a")).Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200"));
  EXPECT_THAT(talk.flags(1), IsEmpty());
  EXPECT_THAT(talk.flags(2), IsEmpty());
  EXPECT_THAT(talk.sink().losses, IsEmpty());
  EXPECT_EQ(talk.request(1).facts.flow_offset, header.size());
  EXPECT_EQ(talk.counter("http.proxy_headers"), 1);
  EXPECT_EQ(talk.counter("http.bytes.proxy_header"), header.size());
  EXPECT_EQ(talk.counter("http.bytes.between"), 0);
  EXPECT_EQ(talk.counter("http.connections.http1"), 1);
}

struct Form {
  const char* name;
  std::string bytes;
};
void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class ProxyHeaders : public testing::TestWithParam<Form> {
 protected:
  const std::string& header() const { return GetParam().bytes; }
};

TEST_P(ProxyHeaders, BeforeARequestInItsSegmentCostsNothing) {
  Talk talk;
  talk.Client(header() + Get("/a"));
  ExpectTwoWholeExchanges(talk, header());
}

TEST_P(ProxyHeaders, InASegmentOfItsOwnCostsNothing) {
  Talk talk;
  talk.Client(header()).ServerAcks().Client(Get("/a"));
  ExpectTwoWholeExchanges(talk, header());
}

TEST_P(ProxyHeaders, SplitAnywhereCostsNothing) {
  const std::string first = header() + Get("/a");
  for (size_t at = 1; at < first.size(); ++at) {
    Talk talk;
    talk.Client(first.substr(0, at)).Client(first.substr(at));
    ExpectTwoWholeExchanges(talk, header());
    ASSERT_FALSE(HasFailure()) << "split at " << at;
  }
}

TEST_P(ProxyHeaders, ByteByByteCostsNothing) {
  Talk talk;
  talk.ClientIn(1, header() + Get("/a"));
  ExpectTwoWholeExchanges(talk, header());
}

TEST_P(ProxyHeaders, OtherProtocolsBehindItAreRecognised) {
  Talk talk;
  talk.Client(header() + "\x16\x03\x01\x02\x00\x01"s).Server("\x16\x03\x03\x00\x7a\x02"s);
  talk.Close();
  EXPECT_EQ(talk.counter("http.connections.tls"), 1);
  EXPECT_EQ(talk.counter("http.proxy_headers"), 1);
}

TEST_P(ProxyHeaders, IsNoneFromTheServer) {
  Talk talk;
  talk.Client("GET /a\r\n").Server(header() + "text").ServerFin();
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 0"));
  EXPECT_EQ(talk.counter("http.proxy_headers"), 0);
}

TEST_P(ProxyHeaders, IsNoneInTheMiddleOfAConnection) {
  Talk talk({.mid_stream = true, .server_port = 9200});
  talk.Client(header() + Get("/a")).Server(Ok("a"));
  talk.Close();
  EXPECT_EQ(talk.counter("http.proxy_headers"), 0);
}

TEST_P(ProxyHeaders, IsNoneBehindARequestOrInABody) {
  Talk talk;
  talk.Client(Post("/a", header() + Get("/quoted"))).Server(Ok("a"));
  talk.Client(header() + Get("/b")).Server(Ok("b")).Client(Get("/c")).Server(Ok("c"));
  talk.Close();
  EXPECT_EQ(talk.pairs().front(), "POST /a 200");
  EXPECT_EQ(talk.request(1).body, header() + Get("/quoted"));
  EXPECT_EQ(talk.counter("http.proxy_headers"), 0);
}

TEST_P(ProxyHeaders, HoldsNoNumberAndNoMarkWhereNoRequestFollows) {
  Talk talk;
  talk.Client(header());
  talk.Close();
  EXPECT_THAT(talk.pairs(), IsEmpty());
  EXPECT_EQ(talk.sink().marks.exchanges_below, 1);
  EXPECT_EQ(talk.counter("http.proxy_headers"), 1);
}

TEST_P(ProxyHeaders, ConnectionRestsBehindIt) {
  Talk talk;
  talk.Client(header());
  EXPECT_TRUE(talk.Rest());
  talk.Client(Get("/a"));
  ExpectTwoWholeExchanges(talk, header());
}

TEST_P(ProxyHeaders, CutShortIsNoMessage) {
  for (size_t size = 1; size < header().size(); ++size) {
    Talk talk;
    talk.Client(header().substr(0, size)).ClientFin();
    talk.Close();
    EXPECT_THAT(talk.pairs(), IsEmpty()) << size;
  }
}

TEST_P(ProxyHeaders, LostWithItsRequestIsFlaggedAsAnyLoss) {
  Talk talk;
  talk.ClientLost(header().size() + Get("/a").size()).Server(Ok("a"));
  talk.Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_EQ(talk.pairs().front(), "- 200");
  EXPECT_THAT(talk.flags(1), testing::Contains("request_missing"));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ProxyHeaders,
    testing::Values(Form{"Text", kText}, Form{"TextOfUnknown", "PROXY UNKNOWN\r\n"},
                    Form{"TextOfSix", "PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n"},
                    Form{"Binary", Binary()}, Form{"LongBinary", Binary(3000)},
                    Form{"LocalBinary", "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s}),
    [](const auto& test) { return test.param.name; });

TEST(ProxyHeader, HoleWithinOneOfKnownLengthCostsNoExchange) {
  const std::string header = Binary(3000);
  Talk talk;
  talk.Client(header.substr(0, 1000)).ClientLost(1500).Client(header.substr(2500) + Get("/a"));
  talk.Server(Ok("a")).Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
  EXPECT_THAT(talk.flags(1), IsEmpty());
  EXPECT_EQ(talk.counter("http.gap_bytes.outside"), 1500);
}

TEST(ProxyHeader, HoleThatReachesBeyondItIsALoss) {
  const std::string header = Binary(100);
  Talk talk;
  talk.Client(header.substr(0, 50)).ClientLost(header.size() - 50 + Get("/a").size());
  talk.Server(Ok("a")).Client(Get("/b")).Server(Ok("b"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("- 200", "GET /b 200"));
  ASSERT_EQ(talk.sink().losses.size(), 1U);
  EXPECT_EQ(talk.sink().losses[0].bytes, Get("/a").size());
}

TEST(ProxyHeader, RequestOfThatMethodIsARequest) {
  for (const std::string target : {"/a", "http://es/a", "TCP4", "UNKNOWN"}) {
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{1000}}) {
      Talk talk;
      talk.ClientIn(piece, "PROXY " + target + " HTTP/1.1\r\nHost: es\r\n\r\n").Server(Ok("a"));
      talk.Close();
      EXPECT_THAT(talk.pairs(), ElementsAre("PROXY " + target + " 200"));
      EXPECT_EQ(talk.counter("http.proxy_headers"), 0);
    }
  }
}

TEST(ProxyHeader, LineThatOnlyBeginsLikeOneIsNone) {
  for (const std::string line :
       {"PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n", "PROXY TCP4 192.0.2.7 ::1 56324 9200\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 123456\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
        "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n", "PROXY UNKNOWNS\r\n", "PROXY\r\n"}) {
    for (const size_t piece : {size_t{1}, size_t{1000}}) {
      Talk talk;
      talk.ClientIn(piece, line + Get("/a")).Server(Ok("a"));
      talk.Close();
      EXPECT_EQ(talk.counter("http.proxy_headers"), 0) << line;
    }
  }
}

TEST(ProxyHeader, LineIsNotLookedAtBeyondTheLongest) {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 16, 'f') + "\r\n";
  EXPECT_EQ(FindProxyHeader(0, longest).bytes, 107U);
  EXPECT_EQ(FindProxyHeader(0, longest).fit, ProxyHeader::Fit::kFits);
  std::string longer = longest;
  longer.insert(20, "f");
  EXPECT_EQ(FindProxyHeader(0, longer).fit, ProxyHeader::Fit::kNone);
  EXPECT_EQ(FindProxyHeader(0, longer.substr(0, 107)).fit, ProxyHeader::Fit::kNone);
  EXPECT_EQ(FindProxyHeader(0, longer.substr(0, 106)).fit, ProxyHeader::Fit::kPerhaps);
}

TEST(ProxyHeader, UnknownVersionsAndCommandsAreNone) {
  for (const std::string& what :
       {"\x11\x11"s, "\x31\x11"s, "\x22\x11"s, "\x21\x41"s, "\x21\x13"s}) {
    const std::string header = "\0\r\nQUIT\n"s + what + "\0\x0c"s + std::string(12, 'a');
    EXPECT_EQ(FindProxyHeader(4, header).fit, ProxyHeader::Fit::kNone);
  }
}

TEST(ProxyHeader, StrayLineEndsAreNone) {
  for (const std::string ends : {"\r\n", "\r\n\r\n", "\r\n\r\n\r\n"}) {
    for (const size_t piece : {size_t{1}, size_t{4}, size_t{1000}}) {
      Talk talk;
      talk.ClientIn(piece, ends + Get("/a")).Server(Ok("a"));
      talk.Close();
      EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
      EXPECT_THAT(talk.flags(1), IsEmpty());
      EXPECT_EQ(talk.counter("http.bytes.between"), ends.size());
    }
  }
}

TEST(ProxyHeader, EveryCutOfTheBinaryFormThatGoesOnOtherwiseIsNoMessage) {
  const std::string header = Binary();
  for (size_t size = 5; size < 14; ++size) {  // before its length, which may be any
    Talk talk;
    talk.Client(header.substr(0, size)).Client("~" + Get("/a")).Server(Ok("a"));
    talk.Client(Get("/b")).Server(Ok("b"));
    talk.Close();
    EXPECT_THAT(talk.pairs().back(), "GET /b 200");
    EXPECT_EQ(talk.counter("http.proxy_headers"), 0) << size;
  }
}

}  // namespace
}  // namespace trafrec::reassembly
