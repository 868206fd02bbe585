#include "tests/tools/stored_exchanges.h"

#include "replay/recorded/message_head.h"

namespace trafrec::test_support {
namespace {

store::StoredMessage Message(std::string_view head, std::string_view body,
                             std::string_view trailers, TimeNs at) {
  store::StoredMessage message;
  message.head = head;
  message.body = body;
  message.trailers = trailers;
  store::MessageFacts& facts = message.facts;
  facts.first_byte_at = at;
  facts.last_byte_at = at + 1'000;
  facts.last_copy_at = at + 1'000;
  facts.wire_bytes = head.size() + body.size();
  facts.acked_bytes = facts.wire_bytes;
  facts.body_bytes = body.size();
  facts.body_stored_bytes = body.size();
  const size_t version = head.find("HTTP/");
  if (version != std::string_view::npos) {
    facts.version_major = static_cast<uint8_t>(head[version + 5] - '0');
    facts.version_minor = static_cast<uint8_t>(head[version + 7] - '0');
  }
  const recorded::MessageHead parsed = recorded::ParseHead(head);
  if (!recorded::FieldValue(parsed.fields, "Transfer-Encoding").empty()) {
    facts.framing = store::Framing::kChunked;
  } else if (!recorded::FieldValue(parsed.fields, "Content-Length").empty()) {
    facts.framing = store::Framing::kContentLength;
    facts.declared_bytes = body.size();
  }
  return message;
}

Endpoint At(uint8_t last, uint16_t port) {
  const uint8_t bytes[] = {10, 0, 0, last};
  return {IpAddress::V4(bytes), port};
}

}  // namespace

Exchange::Exchange(store::ExchangeNumber number) {
  store::ExchangeRow& row = exchange_.row;
  row.id = {"web1", 1, number};
  row.connection = 3;
  row.began_at = kNoon;
  row.client = At(1, 40'000);
  row.server = At(2, 9'200);
  exchange_.connection.number = 3;
  exchange_.connection.client = row.client;
  exchange_.connection.server = row.server;
  exchange_.connection.client_isn = 1'000;
  exchange_.connection.opened_at = kNoon;
  exchange_.connection.closed_at = kNoon + kNsPerSecond;
  exchange_.connection.close_cause = store::CloseCause::kFin;
}

Exchange& Exchange::Request(std::string_view head, std::string_view body,
                            std::string_view trailers) {
  exchange_.request = Message(head, body, trailers, kNoon);
  const recorded::MessageHead parsed = recorded::ParseHead(head);
  const std::string_view line = parsed.start_line;
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  store::ExchangeRow& row = exchange_.row;
  row.has_request = true;
  row.method = line.substr(0, first);
  row.target = line.substr(first + 1, last - first - 1);
  row.host = recorded::FieldValue(parsed.fields, "Host");
  row.request_body_bytes = body.size();
  return *this;
}

Exchange& Exchange::Response(std::string_view head, std::string_view body,
                             std::string_view trailers) {
  exchange_.response = Message(head, body, trailers, kNoon + 2 * kNsPerMs);
  store::ExchangeRow& row = exchange_.row;
  row.has_response = true;
  row.status = static_cast<uint16_t>(std::stoi(std::string(head.substr(9, 3))));
  row.latency_ns = 2 * kNsPerMs - 1'000;
  row.response_body_bytes = body.size();
  exchange_.response->facts.status = row.status;
  return *this;
}

Exchange& Exchange::Flag(store::Flag flag) {
  exchange_.row.flags |= FlagBit(flag);
  return *this;
}

Exchange& Exchange::GapInResponse(uint64_t body_offset, uint64_t length) {
  store::MessageFacts& facts = exchange_.response->facts;
  facts.gaps.push_back({.part = store::MessageGap::Part::kBody,
                        .body_offset = body_offset,
                        .flow_offset = body_offset + 100,
                        .length = length,
                        .revealed_at = kNoon + 3 * kNsPerMs,
                        .cause = store::GapCause::kAcknowledged});
  facts.flags |= FlagBit(store::Flag::kGapInResponse);
  facts.body_bytes += length;
  exchange_.row.response_body_bytes += length;
  return Flag(store::Flag::kGapInResponse);
}

Exchange& Exchange::Interim(uint16_t status, std::string_view head) {
  exchange_.interim.push_back({kNoon + kNsPerMs, status, std::string(head)});
  return *this;
}

}  // namespace trafrec::test_support
