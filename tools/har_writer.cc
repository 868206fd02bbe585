#include "tools/har_writer.h"

#include <fmt/format.h>

#include <string_view>

#include "replay/recorded/content.h"
#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/exchange_words.h"
#include "tools/har_parts.h"
#include "tools/json_object.h"
#include "tools/units.h"
#include "tools/utf8.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

/// HAR has no way to write bytes that are no UTF-8 outside of contents: read as Latin-1, as
/// browsers do with header values.
void Text(JsonAppender& json, std::string_view name, std::string_view bytes) {
  json.Text(name, IsUtf8(bytes) ? std::string(bytes) : Latin1ToUtf8(bytes));
}

void AppendMs(JsonAppender& json, std::string& out, std::string_view name, int64_t ns) {
  json.Name(name);
  out += ns < 0 ? "-1" : fmt::format("{:.6f}", static_cast<double>(ns) / 1e6);
}

void AppendHeaders(JsonAppender& json, const std::vector<recorded::HeaderField>& fields) {
  json.Open("headers", '[');
  for (const recorded::HeaderField& field : fields) {
    json.Open('{');
    Text(json, "name", field.name);
    Text(json, "value", field.value.value_or(""));
    json.Close('}');
  }
  json.Close(']');
}

void AppendPairs(JsonAppender& json, std::string_view name, const std::vector<NameValue>& pairs) {
  json.Open(name, '[');
  for (const NameValue& pair : pairs) {
    json.Open('{');
    Text(json, "name", pair.name);
    Text(json, "value", pair.value);
    json.Close('}');
  }
  json.Close(']');
}

/// HAR 1.2 has a name for the encoding of a response's content, none for that of a request's.
void AppendContentText(JsonAppender& json, std::string& out, const recorded::Content& content,
                       std::string_view encoding_name) {
  if (IsUtf8(content.bytes)) {
    json.Text("text", content.bytes);
    return;
  }
  json.Text(encoding_name, "base64");
  json.Name("text");
  out += '"';
  AppendBase64(out, content.bytes);
  out += '"';
}

std::string CommentOf(const recorded::Content& content, const store::StoredMessage& message) {
  if (!content.trouble.empty()) {
    return content.trouble;
  }
  if (message.body.size() != message.facts.body_bytes) {
    return fmt::format("incomplete: {} of {} bytes are in the log", message.body.size(),
                       message.facts.body_bytes);
  }
  return content.encodings.empty() ? std::string() : "decoded from " + content.encodings;
}

/// Length of the body as it was sent, where the stored one is another and the length was declared.
uint64_t SentBodyBytes(const store::MessageFacts& facts) {
  return HasFlag(facts.flags, store::Flag::kReencoded)
             ? facts.declared_bytes.value_or(facts.body_bytes)
             : facts.body_bytes;
}

std::string HttpVersion(const store::MessageFacts& facts) {
  const std::string version = VersionText(facts);
  return version.empty() ? "unknown" : "HTTP/" + version;
}

void AppendRequest(JsonAppender& json, std::string& out, const store::StoredExchange& exchange) {
  const store::StoredMessage& message = *exchange.request;
  const recorded::MessageHead head = recorded::ParseHead(message.head);
  json.Open("request", '{');
  Text(json, "method", exchange.row.method);
  json.Text("url", UrlOf(exchange.row, exchange.connection.protocol == store::Protocol::kTls));
  json.Text("httpVersion", HttpVersion(message.facts));
  AppendPairs(json, "cookies", CookiesOf(head.fields));
  AppendHeaders(json, head.fields);
  AppendPairs(json, "queryString", QueryOf(exchange.row.target));
  if (message.facts.body_bytes > 0) {
    const recorded::Content content = recorded::DecodeContent(message, recorded::kContentBytesMax);
    json.Open("postData", '{');
    Text(json, "mimeType", content.media_type);
    json.Open("params", '[');
    json.Close(']');
    AppendContentText(json, out, content, "_encoding");
    if (const std::string comment = CommentOf(content, message); !comment.empty()) {
      json.Text("comment", comment);
    }
    json.Close('}');
  }
  json.Number("headersSize", message.head.size());
  json.Number("bodySize", SentBodyBytes(message.facts));
  json.Close('}');
}

void AppendResponse(JsonAppender& json, std::string& out, const store::StoredMessage& message,
                    uint16_t status) {
  const recorded::MessageHead head = recorded::ParseHead(message.head);
  const recorded::Content content = recorded::DecodeContent(message, recorded::kContentBytesMax);
  json.Open("response", '{');
  json.Number("status", status);
  Text(json, "statusText", recorded::ReasonOf(head.start_line));
  json.Text("httpVersion", HttpVersion(message.facts));
  AppendPairs(json, "cookies", SetCookiesOf(head.fields));
  AppendHeaders(json, head.fields);
  json.Open("content", '{');
  json.Number("size", content.bytes.size());
  json.Number("compression", static_cast<int64_t>(content.bytes.size()) -
                                 static_cast<int64_t>(SentBodyBytes(message.facts)));
  Text(json, "mimeType", content.media_type);
  AppendContentText(json, out, content, "encoding");
  if (const std::string comment = CommentOf(content, message); !comment.empty()) {
    json.Text("comment", comment);
  }
  json.Close('}');
  Text(json, "redirectURL", recorded::FieldValue(head.fields, "Location"));
  json.Number("headersSize", message.head.size());
  json.Number("bodySize", SentBodyBytes(message.facts));
  json.Close('}');
}

void AppendMissingResponse(JsonAppender& json) {
  json.Open("response", '{');
  json.Number("status", 0);
  json.Text("statusText", "");
  json.Text("httpVersion", "unknown");
  for (const char* name : {"cookies", "headers"}) {
    json.Open(name, '[');
    json.Close(']');
  }
  json.Open("content", '{');
  json.Number("size", 0);
  json.Text("mimeType", "x-unknown");
  json.Close('}');
  json.Text("redirectURL", "");
  json.Number("headersSize", -1);
  json.Number("bodySize", -1);
  json.Text("comment", "no response was seen");
  json.Close('}');
}

struct Timings {
  int64_t send = 0;
  int64_t wait = 0;
  int64_t receive = 0;
};

Timings TimingsOf(const store::StoredExchange& exchange) {
  Timings timings;
  const store::MessageFacts& request = exchange.request->facts;
  timings.send = std::max<int64_t>(0, request.last_byte_at - request.first_byte_at);
  timings.wait = std::max<int64_t>(0, exchange.row.latency_ns);
  if (exchange.response) {
    const store::MessageFacts& response = exchange.response->facts;
    timings.receive = std::max<int64_t>(0, response.last_byte_at - response.first_byte_at);
  }
  return timings;
}

}  // namespace

void HarWriter::Begin(std::string& out) {
  JsonAppender json(out);
  out += "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"trafrec\",\"version\":\"";
  out += kVersion;
  out += "\"},\"entries\":[\n";
}

Status HarWriter::Put(const store::StoredExchange& exchange, std::string& out) {
  if (!exchange.request) {
    ++without_request_;
    return {};
  }
  if (!first_) {
    out += ",\n";
  }
  first_ = false;
  const Timings timings = TimingsOf(exchange);
  JsonAppender json(out);
  out += '{';
  json.Time("startedDateTime", exchange.row.began_at);
  AppendMs(json, out, "time", timings.send + timings.wait + timings.receive);
  AppendRequest(json, out, exchange);
  if (exchange.response) {
    AppendResponse(json, out, *exchange.response, exchange.row.status);
  } else {
    AppendMissingResponse(json);
  }
  json.Open("cache", '{');
  json.Close('}');
  json.Open("timings", '{');
  AppendMs(json, out, "send", timings.send);
  AppendMs(json, out, "wait", timings.wait);
  AppendMs(json, out, "receive", timings.receive);
  json.Close('}');
  json.Text("serverIPAddress", exchange.row.server.address.ToString());
  json.Text("connection", std::to_string(exchange.row.connection));
  json.Text("_id", FormatExchangeId(exchange.row.id));
  json.Texts("_flags", store::FlagNames(exchange.row.flags));
  json.Close('}');
  return {};
}

void HarWriter::End(std::string& out) { out += "\n]}}\n"; }

std::vector<std::string> HarWriter::Notes() const {
  if (without_request_ == 0) {
    return {};
  }
  return {CountOf(without_request_, "exchange") +
          " without a request left out: HAR has no entry for a response alone"};
}

}  // namespace trafrec::tools
