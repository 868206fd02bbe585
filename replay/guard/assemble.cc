// One answer from those of many parcels.
//
// Every item's own JSON stays as the target sent it, but for the name of its action: an item that
// went out in another form is called as its request called it. What was seen by reading gets an
// answer that says what an answer would have said.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "replay/guard/answer.h"
#include "replay/guard/form.h"
#include "replay/guard/json_spans.h"
#include "replay/json/json_tree.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Operation;
using dialect::Outcome;

bool IsError(const Item& item) {
  return item.stage != Stage::kDone || !item.result.error.empty() ||
         (item.result.status >= 400 && item.result.fate != Fate::kNotFound);
}

/// The object that says what became of an item of which no answer does.
std::string Synthesised(const Operation& operation, const Item& item, bool with_status) {
  const std::string index = operation.keys.empty() ? "" : operation.keys[0].name;
  std::string out =
      fmt::format("{{\"_index\":{},\"_id\":{}", json::Quoted(index), json::Quoted(item.id));
  const Outcome& result = item.result;
  if (item.stage != Stage::kDone) {
    return out + fmt::format(",\"error\":{{\"type\":\"not_decided\",\"reason\":{}}}}}",
                             json::Quoted(item.why));
  }
  if (IsError(item)) {
    return out + fmt::format(",\"status\":{},\"error\":{{\"type\":{}}}}}", result.status,
                             json::Quoted(result.error.empty() ? NameOf(result.fate)
                                                               : std::string_view(result.error)));
  }
  if (result.version) {
    out += fmt::format(",\"_version\":{}", *result.version);
  }
  out += fmt::format(",\"result\":\"{}\"", dialect::NameOf(result.fate));
  if (result.seq_no && result.primary_term) {
    out +=
        fmt::format(",\"_seq_no\":{},\"_primary_term\":{}", *result.seq_no, *result.primary_term);
  }
  return out + (with_status ? fmt::format(",\"status\":{}}}", result.status) : "}");
}

message::Answer Made(int status, std::string body) {
  message::Answer answer;
  answer.status = status;
  answer.fields = {{"Content-Type", "application/json"},
                   {"Content-Length", std::to_string(body.size())}};
  answer.head = fmt::format("HTTP/1.1 {} \r\n", status);
  for (const message::Field& field : answer.fields) {
    answer.head += fmt::format("{}: {}\r\n", field.name, field.value);
  }
  answer.head += "\r\n";
  answer.body = std::move(body);
  return answer;
}

bool IsSeenByReading(const Item& item) { return item.stage == Stage::kDone && !item.why.empty(); }

message::Answer AssembleBulk(const dialect::Meaning& meaning, std::span<const Item> items,
                             message::Answer frame, const std::vector<Member>& members) {
  int64_t took_ms = 0;
  bool errors = false;
  std::string list = "[";
  for (const Item& item : items) {
    const Operation& operation = meaning.operations[item.operation];
    took_ms += item.took_ms;
    errors = errors || IsError(item);
    list += list.size() > 1 ? "," : "";
    list += item.body_of_result.empty()
                ? fmt::format("{{\"{}\":{}}}", dialect::NameOf(operation.kind),
                              Synthesised(operation, item, true))
                : item.body_of_result;
  }
  list += ']';
  const std::string text = std::exchange(frame.body, "");
  size_t copied = 0;
  for (const Member& member : members) {
    std::string value;
    if (member.key == "took") {
      value = std::to_string(took_ms);
    } else if (member.key == "errors") {
      value = errors ? "true" : "false";
    } else if (member.key == "items") {
      value = list;
    } else {
      continue;
    }
    frame.body += std::string_view(text).substr(copied, member.value.offset - copied);
    frame.body += value;
    copied = member.value.offset + member.value.length;
  }
  frame.body += std::string_view(text).substr(copied);
  return frame;
}

}  // namespace

message::Answer AssembleSearch(const dialect::Meaning& meaning, std::span<const Item> items,
                               const message::Answer& last) {
  if (meaning.kind == dialect::Kind::kBulk) {
    const auto members = Members(last.body);
    if (members && std::ranges::find(*members, "items", &Member::key) != members->end()) {
      return AssembleBulk(meaning, items, last, *members);
    }
    // The last one refused all that was left of it; or a filter took the list out of each.
    const bool others = std::ranges::any_of(items, [](const Item& item) {
      return !item.body_of_result.empty() || IsSeenByReading(item);
    });
    if (!others) {
      return last;
    }
    constexpr std::string_view kFrame = R"({"took":0,"errors":false,"items":[]})";
    return AssembleBulk(meaning, items, Made(200, std::string(kFrame)), *Members(kFrame));
  }
  if (items.size() == 1 && IsSeenByReading(items[0])) {
    const Operation& operation = meaning.operations[items[0].operation];
    if (WritesDocument(operation.kind)) {
      return Made(items[0].result.status, Synthesised(operation, items[0], false));
    }
  }
  return last;
}

}  // namespace trafrec::guard
