#include "import/ndjson_record.h"

#include <algorithm>

#include "base/endpoint_text.h"
#include "import/base64_text.h"
#include "import/message_facts.h"
#include "import/ndjson_facts.h"

namespace trafrec::import {
namespace {

using store::Side;

/// Bytes as the contract writes them: a string, or {"b64": "…"}.
std::optional<std::string> BytesOf(const JsonValue& value) {
  if (const auto text = value.Text()) {
    return std::string(*text);
  }
  const auto base64 = value["b64"].Text();
  return base64 ? BytesOfBase64(*base64) : std::nullopt;
}

bool HasLineBreak(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

/// nullopt: they are none.
std::optional<std::vector<Field>> FieldsOf(const JsonValue& headers) {
  std::vector<Field> fields;
  bool readable = true;
  headers.ForEach([&](const JsonValue& pair) {
    std::optional<std::string> name = BytesOf(pair.At(0));
    std::optional<std::string> value = BytesOf(pair.At(1));
    readable = readable && name;
    if (readable) {
      fields.push_back({std::move(*name), std::move(value)});
    }
  });
  return readable ? std::optional(std::move(fields)) : std::nullopt;
}

/// False: it contradicts itself, or is none.
bool ReadBody(const JsonValue& json, ImportedMessage& message) {
  if (const auto base64 = json["body_b64"].Text()) {
    std::optional<std::string> bytes = BytesOfBase64(*base64);
    if (!bytes) {
      return false;
    }
    message.body = std::move(*bytes);
  } else {
    message.body = json["body"].TextOr("");
  }
  SetLengths(message, std::nullopt);
  message.facts.body_bytes = json["body_len"].Number().value_or(message.body.size());
  return json["body_stored_len"].Number().value_or(message.body.size()) == message.body.size();
}

struct Line {
  const JsonValue& json;
  ImportedExchange& exchange;

  bool ReadMessage(Side side) const;
  bool ReadInterim() const;
};

bool Line::ReadMessage(Side side) const {
  const bool is_request = side == Side::kClient;
  const JsonValue value = json[is_request ? "request" : "response"];
  if (!value.is_object()) {
    return true;
  }
  ImportedMessage message;
  const std::optional<std::vector<Field>> fields = FieldsOf(value["headers"]);
  const std::optional<std::vector<Field>> trailers = FieldsOf(value["trailers"]);
  const std::string reason = BytesOf(value["reason"]).value_or("");
  if (!fields || !trailers || HasLineBreak(reason) ||
      (!is_request && json["status"].Number().value_or(0) > 999)) {
    return false;
  }
  const std::string_view version = value["version"].TextOr("");
  SetVersion(message.facts, version);
  if (is_request) {
    message.head = RequestHead(exchange.method, exchange.target, version, *fields);
  } else {
    message.facts.status = static_cast<uint16_t>(json["status"].Number().value_or(0));
    message.head = ResponseHead(version, message.facts.status, reason, *fields);
  }
  for (const Field& field : *trailers) {
    AppendField(message.trailers, field);
  }
  if (!ReadBody(value, message)) {
    return false;
  }
  SetFraming(message, *fields, side);
  const TimeNs first = NdjsonTime(value["times"]["first_byte"]).value_or(exchange.began_at);
  SetTimes(message, first, NdjsonTime(value["times"]["last_byte"]).value_or(first));
  const JsonValue wire = json["wire"][is_request ? "request" : "response"];
  if (wire.is_object()) {
    ReadMessageWire(wire, side, message.facts);
  }
  if (!ReadGaps(json["gaps"], side, message.facts)) {
    return false;
  }
  (is_request ? exchange.request : exchange.response) = std::move(message);
  return true;
}

bool Line::ReadInterim() const {
  bool readable = true;
  json["interim"].ForEach([&](const JsonValue& value) {
    const std::optional<std::vector<Field>> fields = FieldsOf(value["headers"]);
    const std::string reason = BytesOf(value["reason"]).value_or("");
    const uint64_t status = value["status"].Number().value_or(0);
    readable = readable && fields && !HasLineBreak(reason) && status < 1000;
    if (readable) {
      const auto code = static_cast<uint16_t>(status);
      exchange.interim.push_back({NdjsonTime(value["time"]).value_or(exchange.began_at), code,
                                  ResponseHead("", code, reason, *fields)});
    }
  });
  return readable;
}

/// "web1-0001-12s": which start of which recorder.
void ReadId(const JsonValue& json, NdjsonRecord& record) {
  record.recorder = json["recorder"].TextOr("");
  const std::string_view id = json["id"].TextOr("");
  const size_t number = id.rfind('-');
  if (number != std::string_view::npos) {
    const std::string_view attempt = id.substr(0, number);
    record.attempt = attempt.substr(attempt.rfind('-') + 1);
  }
  record.connection = json["connection"].Number().value_or(0);
}

}  // namespace

NdjsonRecord ReadNdjsonRecord(const JsonValue& json) {
  NdjsonRecord record;
  ReadId(json, record);
  const std::optional<TimeNs> time = NdjsonTime(json["time"]);
  if (!time) {
    record.broken = "a line without a time";
    return record;
  }
  ImportedExchange& exchange = record.exchange.emplace();
  exchange.began_at = *time;
  exchange.number = json["n"].Number().value_or(0);
  exchange.method = BytesOf(json["method"]).value_or("");
  exchange.target = BytesOf(json["target"]).value_or("");
  exchange.host = BytesOf(json["host"]).value_or("");
  exchange.latency_ns = std::max<int64_t>(-1, json["latency_ns"].Integer().value_or(-1));
  exchange.flags = NdjsonFlags(json["flags"]);
  store::ConnectionRecord& connection = exchange.connection;
  connection.opened_at = *time;
  connection.protocol = store::Protocol::kHttp1;
  const auto client = ParseEndpoint(json["client"].TextOr(""));
  const auto server = ParseEndpoint(json["server"].TextOr(""));
  connection.client = client.value_or(Endpoint{});
  connection.server = server.value_or(Endpoint{});
  const Line line{json, exchange};
  const bool readable = !HasLineBreak(exchange.method) && !HasLineBreak(exchange.target) &&
                        line.ReadMessage(Side::kClient) && line.ReadMessage(Side::kServer) &&
                        line.ReadInterim();
  if (!readable || (!exchange.request && !exchange.response)) {
    record.exchange.reset();
    record.broken = "a line that contradicts itself, or has no message";
    return record;
  }
  if (json["wire"].is_object()) {
    ReadConnectionWire(json["wire"], connection);
  }
  exchange.wire_unknown = !client || !server || !json["wire"].is_object();
  return record;
}

}  // namespace trafrec::import
