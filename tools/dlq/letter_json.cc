#include "tools/dlq/letter_json.h"

#include "store/reader/exchange_id.h"
#include "tools/json_object.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr int kContractVersion = 1;

void AppendCondition(JsonAppender& json, const std::optional<ledger::Condition>& condition) {
  if (!condition) {
    json.Null("condition");
    return;
  }
  json.Open("condition", '{');
  json.Bool("exists", condition->unchanged_since.has_value());
  if (condition->unchanged_since) {
    json.Number("seq_no", condition->unchanged_since->seq_no);
    json.Number("primary_term", condition->unchanged_since->primary_term);
  }
  json.Close('}');
}

void BytesOrNull(JsonAppender& json, std::string_view name, const std::string& bytes) {
  bytes.empty() ? json.Null(name) : json.Bytes(name, bytes);
}

void AppendRequest(JsonAppender& json, std::string& out, const LetterRequest& request) {
  json.Open("request", '{');
  json.Bytes("method", request.method);
  json.Bytes("target", request.target);
  json.Open("headers", '[');
  for (const auto& [name, value] : request.headers) {
    json.Open('[');
    json.Bytes(name);
    json.Bytes(value);
    json.Close(']');
  }
  json.Close(']');
  if (IsUtf8(request.body)) {
    json.Text("body", request.body);
  } else {
    json.Name("body_b64");
    out += '"';
    AppendBase64(out, request.body);
    out += '"';
  }
  BytesOrNull(json, "trouble", request.trouble);
  json.Close('}');
}

}  // namespace

void AppendLetterLine(std::string& out, const ledger::Letter& letter,
                      const LetterRequest* request) {
  JsonAppender json(out);
  json.Open('{');
  json.Number("v", kContractVersion);
  json.Text("exchange", FormatExchangeId(letter.at.exchange));
  json.Number("item", letter.at.item);
  json.Text("state", NameOf(letter.state));
  json.Bytes("reason", letter.reason);
  json.Bytes("why", letter.why);
  json.Time("time", letter.began_at);
  json.TimeOrNull("given_up", letter.given_up_at);
  json.Number("tries", letter.tries);
  json.NumberOrNull("status", letter.status == 0 ? std::nullopt : std::optional(letter.status));
  BytesOrNull(json, "class", letter.source_fate);
  json.Bytes("method", letter.method);
  json.Bytes("target", letter.target);
  BytesOrNull(json, "index", letter.index);
  BytesOrNull(json, "id", letter.id);
  AppendCondition(json, letter.condition);
  letter.blocked_by ? json.Text("blocked_by", FormatAddress(*letter.blocked_by))
                    : json.Null("blocked_by");
  if (request != nullptr) {
    AppendRequest(json, out, *request);
  }
  json.Close('}');
  out += '\n';
}

}  // namespace trafrec::tools
