#include "tools/overlay/entry_json.h"

#include <array>

#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/json_object.h"

namespace trafrec::tools {
namespace {

constexpr int kContractVersion = 1;

void Begin(JsonAppender& json, std::string_view kind) {
  json.Open('{');
  json.Number("v", kContractVersion);
  json.Text("kind", kind);
}

void BytesOrNull(JsonAppender& json, std::string_view name,
                 const std::optional<std::string>& bytes) {
  bytes ? json.Bytes(name, *bytes) : json.Null(name);
}

void Pair(JsonAppender& json, std::string_view first, std::string_view second) {
  json.Open('[');
  json.Bytes(first);
  json.Bytes(second);
  json.Close(']');
}

void Headers(JsonAppender& json, std::string_view name, std::string_view fields) {
  json.Open(name, '[');
  for (const recorded::HeaderField& field : recorded::ParseFields(fields)) {
    Pair(json, field.name, field.value.value_or(""));
  }
  json.Close(']');
}

void TextOrNull(JsonAppender& json, std::string_view name, bool there, const std::string& text) {
  there ? json.Text(name, text) : json.Null(name);
}

void AppendMembers(JsonAppender& json, const store::OverlayDrop& drop) {
  json.Bytes("reason", drop.reason);
}

void AppendMembers(JsonAppender& json, const store::OverlayVerdict& verdict) {
  json.Text("verdict", NameOf(verdict.verdict));
  json.Text("grade", NameOf(verdict.grade));
  json.Bytes("evidence", verdict.evidence);
}

void AppendMembers(JsonAppender& json, const store::OverlayMove& move) {
  TextOrNull(json, "before", !move.after, FormatAddress(move.other));
  TextOrNull(json, "after", move.after, FormatAddress(move.other));
  json.Bytes("reason", move.reason);
}

void AppendMembers(JsonAppender& json, const store::CommitPosition& position) {
  json.Bytes("position", FormatPosition(position));
}

void AppendMembers(JsonAppender& json, const store::OverlayRewrite& rewrite) {
  BytesOrNull(json, "method", rewrite.method);
  BytesOrNull(json, "target", rewrite.target);
  Headers(json, "set_headers", rewrite.set_fields);
  json.Texts("remove_headers", rewrite.removed_fields);
  BytesOrNull(json, "body", rewrite.body);
  json.Open("set", '[');
  for (const auto& [pointer, value] : rewrite.pointers) {
    Pair(json, pointer, value);
  }
  json.Close(']');
  json.Bytes("reason", rewrite.reason);
}

std::string_view KindOf(const store::OverlayEntry& entry) {
  static constexpr std::array<std::string_view, 5> kKinds = {"drop", "verdict", "move", "position",
                                                             "rewrite"};
  return kKinds.at(entry.what.index());
}

}  // namespace

void AppendJsonLine(std::string& out, const store::OverlayEntry& entry) {
  JsonAppender json(out);
  Begin(json, KindOf(entry));
  json.Text("exchange", FormatExchangeId(entry.at.exchange));
  json.NumberOrNull("item", entry.at.item);
  std::visit([&](const auto& what) { AppendMembers(json, what); }, entry.what);
  json.Close('}');
  out += '\n';
}

void AppendJsonLine(std::string& out, const store::Insertion& insertion) {
  JsonAppender json(out);
  const std::string beside = FormatExchangeId(insertion.beside);
  Begin(json, "insert");
  json.Text("id", FormatExchangeId(store::InsertionId(insertion.number)));
  TextOrNull(json, "before", insertion.place == store::Place::kBefore, beside);
  TextOrNull(json, "after", insertion.place == store::Place::kAfter, beside);
  TextOrNull(json, "time", insertion.place == store::Place::kAtTime, FormatTime(insertion.at));
  json.Bytes("method", insertion.method);
  json.Bytes("target", insertion.target);
  Headers(json, "headers", insertion.fields);
  json.Bytes("body", insertion.body);
  BytesOrNull(json, "position", insertion.position.transform(store::FormatPosition));
  json.Bytes("reason", insertion.reason);
  json.Close('}');
  out += '\n';
}

}  // namespace trafrec::tools
