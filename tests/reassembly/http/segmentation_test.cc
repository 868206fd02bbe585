// However the same bytes are cut into packets, the records are the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "talk.h"

namespace trafrec::reassembly {
namespace {

struct Turn {
  std::string request;
  std::string response;
};

std::vector<Turn> Conversation() {
  return {
      {"\r\n" + Get("/a"), Ok("hello")},
      {Post("/b", Body(3000)), "HTTP/1.1 100 Continue\r\n\r\n" + Ok(Body(5000))},
      {"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
       "4;x=y\r\nabcd\r\n10\r\n0123456789abcdef\r\n0\r\nX: 1\r\n\r\n",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
      {"HEAD /d HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"},
      {Get("/e") + Get("/f") + Get("/g"), Ok("e") + Ok("") + Ok("g")},
      {"QUERY /h HTTP/1.1\nContent-Length : 3\n\nabc", "HTTP/1.1 204 No Content\r\n\r\n"},
      {"DELETE /i HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n" + Body(700)},
  };
}

std::string Summary(Talk& talk) {
  std::string text;
  for (const auto& [number, collected] : talk.sink().exchanges) {
    const store::ExchangeRecord& exchange = collected.record;
    text += std::to_string(number) + " " + exchange.method + " " + exchange.target + " " +
            exchange.host + " " + std::to_string(exchange.status) + " " +
            std::to_string(exchange.flags) + " " + std::to_string(exchange.interim.size()) + "\n";
  }
  for (const auto& [id, message] : talk.sink().messages) {
    const store::MessageFacts& facts = message.facts;
    text += std::to_string(id) + " " + message.head + "|" + message.body + "|" + message.trailers +
            "|" + std::to_string(facts.flow_offset) + " " + std::to_string(facts.first_seq) + " " +
            std::to_string(facts.wire_bytes) + " " + std::to_string(facts.body_bytes) + " " +
            std::to_string(facts.flags) + " " + store::FramingName(facts.framing) + "\n";
  }
  return text;
}

/// `size` gives the length of the next piece.
template <typename Size>
std::string Play(Size size) {
  Talk talk;
  const auto send = [&](bool client, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, size());
      client ? talk.Client(piece) : talk.Server(piece);
      bytes.remove_prefix(piece.size());
    }
  };
  for (const Turn& turn : Conversation()) {
    send(true, turn.request);
    send(false, turn.response);
  }
  talk.ServerFin().Close();
  return Summary(talk);
}

TEST(Segmentation, EveryPieceSizeGivesTheSameRecords) {
  const std::string whole = Play([] { return size_t{1} << 20; });
  EXPECT_THAT(whole, testing::HasSubstr("\n9 DELETE /i  200 0 0\n"));
  for (size_t size = 1; size < 300; ++size) {
    ASSERT_EQ(Play([size] { return size; }), whole) << "pieces of " << size;
  }
}

TEST(Segmentation, RandomPiecesGiveTheSameRecords) {
  const std::string whole = Play([] { return size_t{1} << 20; });
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::geometric_distribution<size_t> size(0.02);
    ASSERT_EQ(Play([&] { return size(random) + 1; }), whole) << "seed " << seed;
  }
}

}  // namespace
}  // namespace trafrec::reassembly
