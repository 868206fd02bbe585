#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "talk.h"

namespace trafrec::reassembly {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_literals;

TEST(Protocol, TlsIsRecognisedAndOpaque) {
  Talk talk;
  talk.Client("\x16\x03\x01\x02\x00\x01"s).Server("HTTP/1.1 400 Bad Request\r\n\r\n");
  talk.Close();
  EXPECT_THAT(talk.pairs(), IsEmpty());
  EXPECT_EQ(talk.counter("http.connections.tls"), 1);
  EXPECT_EQ(talk.sink().connections.at(1).protocol, store::Protocol::kTls);
}

TEST(Protocol, TlsIsRecognisedInItsMiddleToo) {
  Talk talk({.mid_stream = true});
  talk.Server("\x17\x03\x03\x00\x05 data"s).Client("\x17\x03\x03\x00\x05 data"s);
  talk.Close();
  EXPECT_EQ(talk.counter("http.connections.tls"), 1);
  EXPECT_THAT(talk.pairs(), IsEmpty());
}

TEST(Protocol, Http2WithPriorKnowledgeIsRecognised) {
  Talk talk;
  talk.Client("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s).Server("\x00\x00\x06\x04\x00"s);
  talk.Close();
  EXPECT_EQ(talk.counter("http.connections.http2"), 1);
  EXPECT_THAT(talk.pairs(), IsEmpty());
}

TEST(Protocol, Http2PrefaceMayComeByteByByte) {
  Talk talk;
  talk.ClientIn(1, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  talk.Close();
  EXPECT_EQ(talk.counter("http.connections.http2"), 1);
}

TEST(Protocol, EsTransportIsRecognised) {
  Talk talk;
  talk.Client("ES\x00\x00\x00\x33\x00\x00"s).Server("ES\x00\x00\x00\x21\x00\x00"s);
  talk.Close();
  EXPECT_EQ(talk.counter("http.connections.es_transport"), 1);
}

TEST(Protocol, OtherProtocolsAreLeftAloneWithinABound) {
  Talk talk;
  talk.Server("SSH-2.0-OpenSSH\r\n").Client("SSH-2.0-OpenSSH\r\n");
  for (int i = 0; i < 100; ++i) {
    talk.Client(Body(1448));
  }
  talk.Close();
  EXPECT_THAT(talk.pairs(), IsEmpty());
  EXPECT_EQ(talk.counter("http.connections.other"), 1);
  EXPECT_LE(talk.counter("http.bytes.skipped"), limits::kProbeBytes + 3000);
}

TEST(Protocol, RequestToAnotherProtocolIsKeptUnanswered) {
  Talk talk;
  talk.Client(Get("/a")).Server("SSH-2.0-OpenSSH_9\r\n").Server("Protocol mismatch.\r\n");
  talk.ServerFin().Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a -"));
  EXPECT_THAT(talk.flags(1), ElementsAre("response_missing"));
}

TEST(Protocol, NumbersAreNotSpentOnOtherProtocols) {
  Talk talk;
  talk.Client("EHLO mail\r\n").Server("250 OK\r\n");
  talk.Close();
  EXPECT_EQ(talk.sink().marks.exchanges_below, 1);
}

TEST(Protocol, ConnectionWithoutDataIsCountedAndNotPut) {
  Talk talk;
  talk.Close();
  EXPECT_THAT(talk.sink().connections, IsEmpty());
  EXPECT_EQ(talk.counter("http.connections.no_data"), 1);
}

TEST(Protocol, ConnectionIsPutBeforeItsExchangesAndAtItsClose) {
  Talk talk;
  talk.Client(Get("/a")).Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.sink().calls,
              ElementsAre("connection 1", "message 2", "message 3", "exchange 1", "connection 1"));
  const store::ConnectionRecord& connection = talk.sink().connections.at(1);
  EXPECT_EQ(connection.client.port, 40000);
  EXPECT_EQ(connection.server.port, 9200);
  EXPECT_EQ(connection.client_isn, 999);
  EXPECT_EQ(connection.interface, "eth3");
  EXPECT_EQ(connection.protocol, store::Protocol::kHttp1);
  EXPECT_EQ(connection.close_cause, store::CloseCause::kFin);
}

TEST(Protocol, UpgradeAddsFactsOnlyToMessagesThatWerePut) {
  Talk talk({.mid_stream = true});
  talk.Server("HTTP/1.1 101 Switching Protocols\r\n\r\n").Server("opaque");
  talk.Close();
  EXPECT_THAT(talk.sink().broken, IsEmpty());
  EXPECT_FALSE(talk.exchange(1).has_request);
}

TEST(Protocol, RolesOfAMidStreamConnectionComeFromContent) {
  Talk talk({.mid_stream = true});
  // The sender of the first packet is the server here.
  talk.Client(Ok("late answer")).Server(Get("/a")).Client(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("- 200", "GET /a 200"));
  EXPECT_EQ(talk.sink().connections.at(1).client.port, 9200);
}

TEST(Protocol, RolesOfAMidStreamConnectionFollowTheServersPort) {
  Talk talk({.mid_stream = true, .server_port = 9200});
  talk.Server("GET /quoted HTTP/1.1\r\n\r\n").Client(Get("/a")).Server(Ok("a"));
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200"));
  EXPECT_EQ(talk.sink().connections.at(1).client.port, 40000);
}

TEST(Protocol, MidStreamMessagesAreFlaggedUntilTheirStartIsProved) {
  Talk talk({.mid_stream = true, .server_port = 9200});
  talk.Server("the rest of some body");
  for (const char* target : {"/a", "/b", "/c"}) {
    talk.Client(Get(target)).Server(Ok(target));
  }
  talk.Close();
  EXPECT_THAT(talk.pairs(), ElementsAre("GET /a 200", "GET /b 200", "GET /c 200"));
  EXPECT_THAT(talk.flags(1), ElementsAre("resynchronised", "mid_stream", "pairing_presumed"));
  EXPECT_THAT(talk.flags(3), ElementsAre("mid_stream", "pairing_presumed"));
}

}  // namespace
}  // namespace trafrec::reassembly
