#include "tools/ndjson_writer.h"

#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/exchange_words.h"
#include "tools/json_object.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr int kContractVersion = 1;

void AppendFields(JsonAppender& json, std::string_view name,
                  const std::vector<recorded::HeaderField>& fields) {
  json.Open(name, '[');
  for (const recorded::HeaderField& field : fields) {
    json.Open('[');
    json.Bytes(field.name);
    field.value ? json.Bytes(*field.value) : json.Null();
    json.Close(']');
  }
  json.Close(']');
}

void AppendVersion(JsonAppender& json, const store::MessageFacts& facts) {
  const std::string version = VersionText(facts);
  version.empty() ? json.Null("version") : json.Text("version", version);
}

void AppendBody(JsonAppender& json, std::string& out, const std::string& body) {
  if (IsUtf8(body)) {
    json.Text("body", body);
    return;
  }
  json.Name("body_b64");
  out += '"';
  AppendBase64(out, body);
  out += '"';
}

void AppendMessage(JsonAppender& json, std::string& out, const store::StoredMessage& message,
                   store::Side side) {
  const recorded::MessageHead head = recorded::ParseHead(message.head);
  const store::MessageFacts& facts = message.facts;
  json.Open(side == store::Side::kClient ? "request" : "response", '{');
  AppendVersion(json, facts);
  if (side == store::Side::kServer) {
    json.Bytes("reason", recorded::ReasonOf(head.start_line));
  }
  AppendFields(json, "headers", head.fields);
  AppendFields(json, "trailers", recorded::ParseFields(message.trailers));
  json.Number("body_len", facts.body_bytes);
  json.Number("body_stored_len", message.body.size());
  AppendBody(json, out, message.body);
  json.Open("times", '{');
  json.Time("first_byte", facts.first_byte_at);
  json.Time("last_byte", facts.last_byte_at);
  json.Close('}');
  json.Close('}');
}

void AppendInterim(JsonAppender& json, const std::vector<store::InterimResponse>& interim) {
  json.Open("interim", '[');
  for (const store::InterimResponse& response : interim) {
    const recorded::MessageHead head = recorded::ParseHead(response.head);
    json.Open('{');
    json.Time("time", response.at);
    json.Number("status", response.status);
    json.Bytes("reason", recorded::ReasonOf(head.start_line));
    AppendFields(json, "headers", head.fields);
    json.Close('}');
  }
  json.Close(']');
}

void AppendMessageWire(JsonAppender& json, std::string_view name,
                       const std::optional<store::StoredMessage>& message) {
  if (!message) {
    json.Null(name);
    return;
  }
  const store::MessageFacts& facts = message->facts;
  json.Open(name, '{');
  json.Number("seq", facts.first_seq);
  json.Number("offset", facts.flow_offset);
  json.NumberOrNull("ack", facts.ack_then);
  json.Number("bytes", facts.wire_bytes);
  json.Number("acked_bytes", facts.acked_bytes);
  json.NumberOrNull("last_ack", facts.last_ack);
  json.TimeOrNull("last_ack_time", facts.last_ack ? facts.last_ack_at : 0);
  json.Number("copies", facts.copies);
  json.Time("last_copy", facts.last_copy_at);
  json.Text("framing", FramingName(facts.framing));
  json.NumberOrNull("declared_len", facts.declared_bytes);
  json.Texts("flags", store::FlagNames(facts.flags));
  json.Close('}');
}

void AppendClose(JsonAppender& json, std::string_view name, const store::SideClose& close) {
  json.Open(name, '{');
  json.TimeOrNull("fin_time", close.fin_at.value_or(0));
  json.NumberOrNull("fin_seq",
                    close.fin_at ? std::optional<uint32_t>(close.fin_seq) : std::nullopt);
  json.TimeOrNull("rst_time", close.rst_at.value_or(0));
  json.NumberOrNull("rst_seq",
                    close.rst_at ? std::optional<uint32_t>(close.rst_seq) : std::nullopt);
  json.Number("payload_bytes", close.payload_bytes);
  json.Number("gap_bytes", close.gap_bytes);
  json.Close('}');
}

void AppendWire(JsonAppender& json, const store::StoredExchange& exchange) {
  const store::ConnectionRecord& connection = exchange.connection;
  json.Open("wire", '{');
  json.Text("interface", connection.interface);
  json.Open("encapsulation", '[');
  for (const store::EncapsulationId& id : connection.encapsulation) {
    json.Open('{');
    json.Text("kind", store::EncapsulationName(id.kind));
    json.Number("id", id.id);
    json.Close('}');
  }
  json.Close(']');
  json.NumberOrNull("client_isn", connection.client_isn);
  json.NumberOrNull("server_isn", connection.server_isn);
  json.NumberOrNull("handshake_ns", connection.handshake_ns);
  json.Time("opened", connection.opened_at);
  json.TimeOrNull("closed", connection.closed_at);
  json.Text("close", CloseCauseName(connection.close_cause));
  AppendClose(json, "client_close", connection.client_close);
  AppendClose(json, "server_close", connection.server_close);
  AppendMessageWire(json, "request", exchange.request);
  AppendMessageWire(json, "response", exchange.response);
  json.Close('}');
}

void AppendGapsOf(JsonAppender& json, const char* name,
                  const std::optional<store::StoredMessage>& message) {
  if (!message) {
    return;
  }
  for (const store::MessageGap& gap : message->facts.gaps) {
    const bool in_body = gap.part == store::MessageGap::Part::kBody;
    json.Open('{');
    json.Text("message", name);
    json.Text("part", store::MessagePartName(gap.part));
    json.NumberOrNull("body_offset",
                      in_body ? std::optional<uint64_t>(gap.body_offset) : std::nullopt);
    json.Number("flow_offset", gap.flow_offset);
    json.Number("length", gap.length);
    json.Time("time", gap.revealed_at);
    json.Text("cause", GapCauseName(gap.cause));
    json.Close('}');
  }
}

/// The fields that show's rows and export's objects share, up to and with `status`.
void AppendIdentity(JsonAppender& json, const store::ExchangeRow& row) {
  json.Number("v", kContractVersion);
  json.Text("id", FormatExchangeId(row.id));
  json.Time("time", row.began_at);
  json.Text("recorder", row.id.recorder);
  json.Number("connection", row.connection);
  json.Number("n", row.id.number);
  json.Text("client", row.client.ToString());
  json.Text("server", row.server.ToString());
  row.has_request ? json.Bytes("method", row.method) : json.Null("method");
  row.has_request ? json.Bytes("target", row.target) : json.Null("target");
  row.has_request ? json.Bytes("host", row.host) : json.Null("host");
  row.has_response ? json.Number("status", row.status) : json.Null("status");
}

/// What the exchange was sent for; null but in the log of a replay.
void AppendSource(JsonAppender& json, const std::optional<store::ResultLink>& link) {
  if (!link) {
    json.Null("source");
    return;
  }
  const auto text = [&json](const char* name, const std::string& value) {
    value.empty() ? json.Null(name) : json.Text(name, value);
  };
  json.Open("source", '{');
  json.Text("id", store::FormatExchangeId(SourceOf(*link)));
  json.NumberOrNull("item", link->items == 0 ? std::nullopt : std::optional(link->first_item));
  json.NumberOrNull("items", link->items == 0 ? std::nullopt : std::optional(link->items));
  json.Number("tries", link->tries);
  json.Number("parts", link->parts);
  text("target", link->target);
  json.Number("lag_ns", link->lag_ns);
  text("wait", link->wait);
  json.Number("wait_ns", link->wait_ns);
  text("source_outcome", link->source_outcome);
  text("target_outcome", link->target_outcome);
  json.Close('}');
}

}  // namespace

Status NdjsonWriter::Put(const store::StoredExchange& exchange, std::string& out) {
  JsonAppender json(out);
  json.Open('{');
  AppendIdentity(json, exchange.row);
  if (exchange.request || exchange.response) {
    AppendVersion(json, (exchange.request ? exchange.request : exchange.response)->facts);
  } else {
    json.Null("version");
  }
  if (exchange.request) {
    AppendMessage(json, out, *exchange.request, store::Side::kClient);
  } else {
    json.Null("request");
  }
  if (exchange.response) {
    AppendMessage(json, out, *exchange.response, store::Side::kServer);
  } else {
    json.Null("response");
  }
  AppendInterim(json, exchange.interim);
  exchange.row.latency_ns < 0 ? json.Null("latency_ns")
                              : json.Number("latency_ns", exchange.row.latency_ns);
  AppendWire(json, exchange);
  json.Texts("flags", store::FlagNames(exchange.row.flags));
  json.Open("gaps", '[');
  AppendGapsOf(json, "request", exchange.request);
  AppendGapsOf(json, "response", exchange.response);
  json.Close(']');
  json.Number("sightings", exchange.row.sighting_count());
  AppendSource(json, exchange.row.link);
  json.Close('}');
  out += '\n';
  return {};
}

void AppendRowJson(std::string& out, const store::ExchangeRow& row) {
  JsonAppender json(out);
  json.Open('{');
  AppendIdentity(json, row);
  json.Number("request_body_len", row.request_body_bytes);
  json.Number("response_body_len", row.response_body_bytes);
  row.latency_ns < 0 ? json.Null("latency_ns") : json.Number("latency_ns", row.latency_ns);
  json.Texts("flags", store::FlagNames(row.flags));
  json.Number("sightings", row.sighting_count());
  AppendSource(json, row.link);
  json.Close('}');
  out += '\n';
}

}  // namespace trafrec::tools
