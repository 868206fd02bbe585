// What is at the target: one mget for all items that wait, realtime (it sees what no refresh has
// shown), without the documents where only their numbers are needed.

#include "replay/guard/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "replay/dialect/json.h"
#include "replay/dialect/target.h"
#include "replay/guard/form.h"
#include "replay/guard/json_spans.h"
#include "replay/guard/judge.h"
#include "replay/guard/retry_after.h"
#include "replay/guard/settle.h"
#include "replay/json/json_tree.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Kind;
using dialect::Operation;

/// The index's name as JSON, as the request has it: the key is a pattern where it is date math.
std::string QuotedIndex(const Parcel& parcel, const Operation& operation) {
  const std::string& name = operation.keys[0].name;
  if (name.find('*') == std::string::npos) {
    return json::Quoted(name);
  }
  if (operation.action.length > 0) {
    const auto action = Members(operation.action.In(parcel.request->body));
    if (action && !action->empty()) {
      const std::string_view fields =
          action->front().value.In(operation.action.In(parcel.request->body));
      const std::string_view index = MemberOf(fields, "_index");
      if (!index.empty()) {
        return std::string(index);
      }
    }
  }
  const dialect::Target target = dialect::ParseTarget(parcel.request->target);
  return json::Quoted(target.segments.empty() ? name : target.segments[0]);
}

Document ReadDocument(std::string_view text) {
  Document document;
  const auto members = Members(text);
  if (!members) {
    document.error = "no JSON object";
    return document;
  }
  std::optional<int64_t> seq_no;
  std::optional<int64_t> primary_term;
  std::string_view found;
  for (const Member& member : *members) {
    const std::string_view value = member.value.In(text);
    if (member.key == "found") {
      found = value;
    } else if (member.key == "_seq_no") {
      seq_no = dialect::IntegerOf(std::string(value));
    } else if (member.key == "_primary_term") {
      primary_term = dialect::IntegerOf(std::string(value));
    } else if (member.key == "_version") {
      document.version = dialect::IntegerOf(std::string(value)).value_or(0);
    } else if (member.key == "_source") {
      document.source = value;
    } else if (member.key == "error") {
      const std::string_view type = MemberOf(value, "type");
      document.error = type.size() < 2 ? "no type" : type.substr(1, type.size() - 2);
    }
  }
  document.index_missing = document.error == "index_not_found_exception";
  document.state = {.exists = found == "true",
                    .seq_no = seq_no.value_or(0),
                    .primary_term = primary_term.value_or(0)};
  document.understood = document.index_missing || found == "false" ||
                        (document.state.exists && seq_no && primary_term);
  return document;
}

/// What is left of a deleted document shows in conflicts only; the reading does not tell.
int64_t VersionLeft(const Item& item) {
  const int64_t known = item.known && !item.known->exists ? item.known->version : 0;
  const int64_t shown = item.condition && !item.condition->exists ? item.condition->version : 0;
  return std::max(known, shown);
}

void TakeDocument(const Parcel& parcel, Item& item, std::string_view text) {
  const Operation& operation = parcel.meaning->operations[item.operation];
  const Document document = ReadDocument(text);
  const bool busy = document.error.find("no_shard_available") != std::string::npos ||
                    document.error.find("unavailable_shards") != std::string::npos ||
                    document.error.find("rejected") != std::string::npos ||
                    document.error.find("circuit_breaking") != std::string::npos;
  if (busy) {
    item.why = "the document cannot be read now: " + document.error;
    return;
  }
  if (!document.understood) {
    GiveUp(
        item, Cause::kUnreadable,
        fmt::format("the document cannot be read: {}",
                    document.error.empty() ? "the answer has no _seq_no of it" : document.error));
    return;
  }
  const bool was_there = item.known && item.known->exists;
  const int64_t left = VersionLeft(item);
  item.known = document.state;
  item.known->version = document.state.exists ? 0 : left;
  item.index_missing = document.index_missing;
  if (item.stage == Stage::kInDoubt) {
    Judge(parcel, operation, item, document, was_there);
  } else if (document.state.exists && item.stale > 0 &&
             (operation.kind == Kind::kCreate || operation.writing.automatic_id)) {
    FinishByReading(item, Fate::kConflict, 409, document, "another document is there");
  }
}

bool IsTransient(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

message::Request Beside(const message::Request& request, std::string method, std::string target) {
  message::Request out;
  out.method = std::move(method);
  out.target = std::move(target);
  for (const message::Field& field : request.fields) {
    constexpr std::string_view kOfTheBody[] = {"Content-Length",
                                               "Content-Type",
                                               "Content-Encoding",
                                               "Content-MD5",
                                               "Accept-Encoding",
                                               "Transfer-Encoding",
                                               "TE",
                                               "Trailer",
                                               "Expect",
                                               "Connection",
                                               "Digest",
                                               "Accept",
                                               "If-Match",
                                               "If-None-Match",
                                               "If-Modified-Since",
                                               "If-Unmodified-Since",
                                               "If-Range",
                                               "Range",
                                               "Overwrite",
                                               "If"};
    if (std::ranges::none_of(kOfTheBody, [&field](std::string_view name) {
          return message::SameName(field.name, name);
        })) {
      out.fields.push_back(field);
    }
  }
  return out;
}

std::optional<message::Request> ReadDocuments(const Parcel& parcel) {
  std::string docs;
  for (const Item& item : parcel.items) {
    if (!NeedsReading(parcel, item)) {
      continue;
    }
    const Operation& operation = parcel.meaning->operations[item.operation];
    const std::string& routing = operation.keys[0].routing;
    docs += fmt::format(
        "{}{{\"_index\":{},\"_id\":{}{}{}}}", docs.empty() ? "" : ",",
        QuotedIndex(parcel, operation), json::Quoted(item.id),
        routing.empty() ? "" : ",\"routing\":" + json::Quoted(routing),
        NeedsSource(item, operation) ? "" : ",\"_source\":false,\"stored_fields\":\"_none_\"");
  }
  if (docs.empty()) {
    return std::nullopt;
  }
  message::Request request = Beside(*parcel.request, "POST", "/_mget");
  request.fields.push_back({"Content-Type", "application/json"});
  request.body = "{\"docs\":[" + docs + "]}";
  return request;
}

void TakeDocuments(Parcel& parcel, const Reply& reply) {
  std::vector<Item*> waiting;
  for (Item& item : parcel.items) {
    if (NeedsReading(parcel, item)) {
      waiting.push_back(&item);
    }
  }
  std::optional<std::vector<dialect::ByteRange>> docs;
  std::string_view list;
  if (reply.answer && reply.answer->status == 200) {
    list = MemberOf(reply.answer->body, "docs");
    docs = Elements(list);
  }
  if (docs && docs->size() == waiting.size()) {
    for (size_t i = 0; i < waiting.size(); ++i) {
      TakeDocument(parcel, *waiting[i], (*docs)[i].In(list));
    }
    return;
  }
  const bool refused =
      reply.answer && reply.answer->status >= 300 && !IsTransient(reply.answer->status);
  for (Item* item : waiting) {
    std::string why = "the document was not read: " + WhatCame(reply);
    if (refused) {
      GiveUp(*item, Cause::kUnreadable, std::move(why));
    } else {
      item->why = std::move(why);
      item->retry_after_ms = RetryAfterMs(reply);
    }
  }
}

}  // namespace trafrec::guard
