#include "replay/guard/write.h"

#include <fmt/format.h>

#include <utility>

#include "replay/dialect/target.h"
#include "replay/guard/form.h"
#include "replay/guard/json_spans.h"
#include "replay/guard/target_edit.h"
#include "replay/json/json_tree.h"

namespace trafrec::guard {
namespace {

using dialect::Kind;
using dialect::Operation;

/// Whether the upsert's document is made in place of the update.
bool MakesDocument(const Operation& operation, const Item& item) {
  return operation.kind == Kind::kUpdate && item.condition && !item.condition->exists;
}

/// The update for a document that is there: both products refuse a condition beside an upsert.
std::string WithoutUpsert(const std::string& body) {
  return EditObject(
      body,
      [](std::string_view key) {
        return key == "upsert" || key == "doc_as_upsert" || key == "scripted_upsert";
      },
      "");
}

bool IsCondition(std::string_view name) {
  name.remove_prefix(name.starts_with('_') ? 1 : 0);
  return name == "if_seq_no" || name == "if_primary_term" || name == "version" ||
         name == "version_type" || name == "retry_on_conflict";
}

bool IsConditionOrType(std::string_view name) {
  return IsCondition(name) || name == "op_type" || name == "_op_type";
}

/// What an action line of a document that is made has no more: an id that was null, or what only
/// updates take.
bool IsConditionTypeOrId(std::string_view name) { return IsConditionOrType(name) || name == "_id"; }

bool IsConditionOrOfUpdates(std::string_view name) {
  return IsConditionOrType(name) || name == "_source" || name == "lang";
}

/// A body in place of ?source=.
void SetBody(message::Request& request, TargetEdit& target, std::string body) {
  const dialect::Target parsed = dialect::ParseTarget(request.target);
  if (const auto type = parsed.Find("source_content_type"); type && request.body.empty()) {
    message::SetField(request.fields, "Content-Type", std::string(*type));
    target.RemoveParameters({"source", "source_content_type"});
  }
  request.body = std::move(body);
}

/// From the path of a create or update, or of a collection, to that of the document.
void PointAtDocument(const Parcel& parcel, const Operation& operation, const Item& item,
                     TargetEdit& target) {
  const std::string& path = parcel.meaning->path;
  if (operation.writing.automatic_id) {
    target.AppendSegment(item.id);
  } else if (path.ends_with("/_create") || path.ends_with("/_update")) {
    target.DropLastSegment();
  } else if (path.ends_with("/_create/{id}") || path.ends_with("/_update/{id}")) {
    target.ReplaceSegmentBeforeLast("_doc");
  }
}

void MakeAbsent(const Parcel& parcel, const Operation& operation, const Item& item,
                message::Request& request, TargetEdit& target) {
  if (operation.kind != Kind::kDelete) {
    PointAtDocument(parcel, operation, item, target);
    target.RemoveParameters({"op_type"});
  }
  if (operation.kind == Kind::kUpdate) {
    target.RemoveParameters({"_source", "_source_includes", "_source_excludes", "_source_include",
                             "_source_exclude", "lang", "fields"});
    SetBody(request, target, NewDocument(parcel, operation));
  }
  target.AddParameter("version", std::to_string(item.condition->version + 1));
  target.AddParameter("version_type", "external");
}

/// The members that an action line gets.
std::string AddedMembers(const Operation& operation, const Item& item) {
  std::string out;
  if (operation.writing.automatic_id) {
    out = "\"_id\":" + json::Quoted(item.id);
  }
  const std::string_view comma = out.empty() ? "" : ",";
  if (item.condition->exists) {
    return out + fmt::format("{}\"if_seq_no\":{},\"if_primary_term\":{}", comma,
                             item.condition->seq_no, item.condition->primary_term);
  }
  if (IsStreamed(item)) {
    return out;
  }
  return out + fmt::format("{}\"version\":{},\"version_type\":\"external\"", comma,
                           item.condition->version + 1);
}

/// The action line of an item that goes out under a condition.
std::string ActionLine(std::string_view line, const Operation& operation, const Item& item) {
  const auto members = Members(line);
  if (!members || members->empty()) {
    return std::string(line);
  }
  const Member& action = members->front();
  const bool made = !item.condition->exists && operation.kind != Kind::kDelete;
  const bool create = operation.kind == Kind::kCreate;
  std::string out(line.substr(0, action.whole.offset));
  if (made || create) {  // a create takes no condition
    out += IsStreamed(item) ? "\"create\"" : "\"index\"";
  } else {
    out += line.substr(action.whole.offset, action.key.size() + 2);
  }
  const size_t colon = action.whole.offset + action.key.size() + 2;
  out += line.substr(colon, action.value.offset - colon);
  auto* remove = &IsCondition;
  if (operation.writing.automatic_id) {
    remove = &IsConditionTypeOrId;
  } else if (made || create) {
    remove = operation.kind == Kind::kUpdate ? &IsConditionOrOfUpdates : &IsConditionOrType;
  }
  out += EditObject(action.value.In(line), remove, AddedMembers(operation, item));
  out += line.substr(action.value.offset + action.value.length);
  return out;
}

void AppendLine(std::string& out, std::string_view line) {
  out += line;
  if (!line.empty() && !line.ends_with('\n')) {
    out += '\n';  // the last one of the recorded body, and now another one may follow
  }
}

void AppendItem(std::string& out, const Parcel& parcel, const Item& item) {
  const std::string_view body = parcel.request->body;
  const Operation& operation = parcel.meaning->operations[item.operation];
  const std::string_view source = operation.source.In(body);
  if (!item.condition) {
    AppendLine(out, operation.action.In(body));
    AppendLine(out, source);
    return;
  }
  AppendLine(out, ActionLine(operation.action.In(body), operation, item));
  if (MakesDocument(operation, item)) {
    AppendLine(out, NewDocument(parcel, operation));
  } else if (operation.writing.upserts) {
    AppendLine(out, WithoutUpsert(std::string(source)));
  } else {
    AppendLine(out, source);
  }
}

}  // namespace

message::Request WriteSingle(const Parcel& parcel, const Item& item) {
  message::Request request = *parcel.request;
  const Operation& operation = parcel.meaning->operations[item.operation];
  if (!item.condition) {
    return request;
  }
  TargetEdit target(request.target);
  if (!item.condition->exists && IsStreamed(item)) {
    if (operation.writing.automatic_id) {
      PointAtDocument(parcel, operation, item, target);
      target.RemoveParameters({"op_type"});
      target.AddParameter("op_type", "create");
    }
    request.target = target.text();
    return request;
  }
  target.RemoveParameters(
      {"if_seq_no", "if_primary_term", "version", "version_type", "retry_on_conflict"});
  if (!item.condition->exists) {
    MakeAbsent(parcel, operation, item, request, target);
  } else {
    if (Upserts(parcel, operation)) {
      SetBody(request, target, WithoutUpsert(BodyOf(parcel, operation)));
    }
    if (operation.kind == Kind::kCreate || operation.writing.automatic_id) {
      PointAtDocument(parcel, operation, item, target);
      target.RemoveParameters({"op_type"});
    }
    target.AddParameter("if_seq_no", std::to_string(item.condition->seq_no));
    target.AddParameter("if_primary_term", std::to_string(item.condition->primary_term));
  }
  request.target = target.text();
  return request;
}

message::Request WriteBulk(const Parcel& parcel) {
  const auto& operations = parcel.meaning->operations;
  size_t unchanged = 0;
  for (const Item& item : parcel.items) {
    // A line that cannot be read: the target refuses the whole request for it, as the source did.
    if (operations[item.operation].kind == Kind::kUnknown) {
      return *parcel.request;
    }
    unchanged += item.open() && !item.condition ? 1 : 0;
  }
  if (unchanged == operations.size()) {
    return *parcel.request;
  }
  message::Request request{.method = parcel.request->method,
                           .target = parcel.request->target,
                           .fields = parcel.request->fields,
                           .body = {},
                           .chunked = parcel.request->chunked,
                           .trailers = parcel.request->trailers,
                           .keeps_host = parcel.request->keeps_host,
                           .decoded = parcel.request->decoded};
  // Of the usual condition, with its numbers.
  constexpr size_t kConditionBytes = 64;
  request.body.reserve(parcel.request->body.size() + parcel.items.size() * kConditionBytes);
  for (const Item& item : parcel.items) {
    if (item.open()) {
      AppendItem(request.body, parcel, item);
    }
  }
  return request;
}

}  // namespace trafrec::guard
