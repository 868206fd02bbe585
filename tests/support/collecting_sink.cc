#include "tests/support/collecting_sink.h"

namespace trafrec::test_support {

void CollectingSink::Require(bool holds, const char* rule, uint64_t number) {
  if (!holds) {
    broken.push_back(std::string(rule) + ": " + std::to_string(number));
  }
}

void CollectingSink::PutConnection(const store::ConnectionRecord& connection) {
  connections[connection.number] = connection;
  calls.push_back("connection " + std::to_string(connection.number));
}

void CollectingSink::PutExtent(store::MessageId id, uint32_t index, Bytes bytes) {
  CollectedMessage& message = messages[id];
  Require(index == message.extents, "extents come in order", id);
  ++message.extents;
  message.body.append(AsText(bytes));
  calls.push_back("extent " + std::to_string(id));
}

void CollectingSink::PutMessage(const store::MessageRecord& record) {
  CollectedMessage& message = messages[record.id];
  Require(++message.puts == 1, "a message is put once", record.id);
  Require(record.extents == message.extents, "a message counts its extents", record.id);
  Require(connections.contains(record.connection), "its connection was put before", record.id);
  message.connection = record.connection;
  message.facts = record.facts;
  message.head = AsText(record.head);
  message.body.append(AsText(record.body_rest));
  message.trailers = AsText(record.trailers);
  calls.push_back("message " + std::to_string(record.id));
}

void CollectingSink::PutMessageFacts(store::MessageId id, const store::MessageFacts& facts,
                                     Bytes trailers, uint32_t extents) {
  CollectedMessage& message = messages[id];
  Require(message.puts == 1, "facts follow their message", id);
  Require(extents == message.extents, "facts count the extents", id);
  message.facts = facts;
  if (!trailers.empty()) {
    message.trailers = AsText(trailers);
  }
  calls.push_back("facts " + std::to_string(id));
}

void CollectingSink::PutExchange(const store::ExchangeRecord& exchange) {
  CollectedExchange& collected = exchanges[exchange.number];
  Require(!collected.final(), "an exchange is final once", exchange.number);
  Require(collected.puts > 0 || exchange.number >= marks.exchanges_below,
          "exchanges below the mark are put", exchange.number);
  Require(
      collected.puts > 0 || !exchange.has_request || exchange.began_at >= marks.requests_through,
      "requests that began before the mark are put", exchange.number);
  Require(connections.contains(exchange.connection), "its connection was put before",
          exchange.number);
  ++collected.puts;
  collected.record = exchange;
  if (exchange.has_request) {
    const auto id = store::MessageIdOf(exchange.number, store::Side::kClient);
    Require(messages[id].puts == 1, "its request was put before", exchange.number);
  }
  if (exchange.has_response) {
    const auto id = store::MessageIdOf(exchange.number, store::Side::kServer);
    Require(messages[id].puts == 1, "its response was put before", exchange.number);
  }
  calls.push_back("exchange " + std::to_string(exchange.number));
}

void CollectingSink::PutLoss(const store::LossRecord& loss) { losses.push_back(loss); }

void CollectingSink::Advance(const store::Marks& next, TimeNs /*packet_now*/) {
  Require(next.exchanges_below >= marks.exchanges_below &&
              next.requests_through >= marks.requests_through &&
              next.answers_through >= marks.answers_through,
          "marks only move forward", next.exchanges_below);
  marks = next;
}

}  // namespace trafrec::test_support
