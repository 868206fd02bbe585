#include "tests/replay/guard/model_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "replay/dialect/dialect.h"
#include "replay/dialect/json.h"

namespace trafrec::guard {
namespace {

using dialect::JsonValue;
using dialect::Kind;
using dialect::Operation;
using dialect::VersionType;

int IntOf(JsonValue& value) {
  return static_cast<int>(dialect::IntegerOf(value.Text()).value_or(-1));
}

Content ContentOf(JsonValue& value) {
  Content content;
  value.EachMember([&content](std::string_view key, JsonValue& member) {
    if (key == "ops") {
      member.EachElement([&](JsonValue& number) { content.ops.push_back(IntOf(number)); });
    } else if (key == "p") {
      content.p = IntOf(member);
    }
  });
  return content;
}

/// The body of an update.
struct Change {
  std::optional<int> script_op;
  std::optional<Content> upsert;
  std::optional<Content> doc;
  bool doc_as_upsert = false;
};

Change ChangeOf(std::string_view body) {
  Change change;
  dialect::ReadJson(body, [&change](JsonValue& root) {
    root.EachMember([&change](std::string_view key, JsonValue& value) {
      if (key == "script") {
        value.EachMember([&change](std::string_view name, JsonValue& member) {
          if (name == "params") {
            member.EachMember(
                [&change](std::string_view, JsonValue& op) { change.script_op = IntOf(op); });
          }
        });
      } else if (key == "upsert") {
        change.upsert = ContentOf(value);
      } else if (key == "doc") {
        change.doc = ContentOf(value);
      } else if (key == "doc_as_upsert") {
        change.doc_as_upsert = value.Text() == "true";
      }
    });
  });
  return change;
}

int NumberOf(const Content& content) {
  return content.p ? *content.p : content.ops.empty() ? -1 : content.ops.back();
}

/// Of each document of an mget, whether it is asked for without its source.
std::vector<bool> LeanDocuments(std::string_view body) {
  std::vector<bool> lean;
  dialect::ReadJson(body, [&lean](JsonValue& root) {
    root.EachMember([&lean](std::string_view, JsonValue& docs) {
      docs.EachElement([&lean](JsonValue& document) {
        lean.push_back(false);
        document.EachMember([&lean](std::string_view key, JsonValue& value) {
          if (key == "_source") {
            lean.back() = value.Text() == "false";
          }
        });
      });
    });
  });
  return lean;
}

std::string Refusal(std::string_view type, std::string_view reason) {
  return fmt::format(R"("error":{{"type":"{}","reason":"{}"}})", type, reason);
}

message::Answer MadeAnswer(int status, std::string body) {
  message::Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

/// Why both products refuse the whole request; "" if they do not.
std::string Invalid(const Operation& operation, std::string_view body) {
  const dialect::Condition& condition = operation.writing.condition;
  const bool external = condition.version && condition.version_type != VersionType::kInternal;
  if (operation.kind == Kind::kCreate && external) {
    return "create operations only support internal versioning";
  }
  if (condition.version && !external) {
    return "internal versioning can not be used";
  }
  if (operation.kind == Kind::kUpdate && condition.if_seq_no) {
    const Change change = ChangeOf(body);
    if (change.upsert || change.doc_as_upsert || operation.writing.retry_on_conflict) {
      return "compare and write operations can not be retried or used with upsert";
    }
  }
  return "";
}

}  // namespace

std::string Content::Text() const {
  std::string text = "{";
  if (!ops.empty()) {
    text += fmt::format("\"ops\":[{}]", fmt::join(ops, ","));
  }
  if (p) {
    text += fmt::format("{}\"p\":{}", ops.empty() ? "" : ",", *p);
  }
  return text + "}";
}

int ModelTarget::Applied(int operation) const {
  const auto found = applied_.find(operation);
  return found == applied_.end() ? 0 : found->second;
}

message::Answer ModelTarget::Handle(const message::Request& request) {
  message::Answer answer = Answer(request);
  if (observer_) {
    observer_(request, answer);
  }
  return answer;
}

message::Answer ModelTarget::Answer(const message::Request& request) {
  const dialect::Meaning meaning =
      dialect::SearchDialect().Understand({request.method, request.target, {}, request.body});
  if (meaning.kind == Kind::kMultiGet) {
    return MultiGet(meaning, request);
  }
  const bool bulk = meaning.kind == Kind::kBulk;
  const auto body_of = [&](const Operation& operation) {
    return bulk ? operation.source.In(request.body) : std::string_view(request.body);
  };
  std::string invalid = meaning.trouble;
  for (const Operation& operation : meaning.operations) {
    invalid = invalid.empty() ? Invalid(operation, body_of(operation)) : invalid;
  }
  if (!invalid.empty() || meaning.operations.empty()) {
    return MadeAnswer(400, "{" + Refusal("action_request_validation_exception", invalid) + "}");
  }
  if (!bulk) {
    const ItemAnswer item = Apply(meaning.operations[0], request.body);
    return MadeAnswer(item.status, "{" + item.members + "}");
  }
  std::string items;
  bool errors = false;
  for (const Operation& operation : meaning.operations) {
    const ItemAnswer item =
        busy_ && busy_() ? ItemAnswer{429, Refusal("es_rejected_execution_exception", "too busy")}
                         : Apply(operation, body_of(operation));
    errors = errors || item.members.find("\"error\"") != std::string::npos;
    items += fmt::format("{}{{\"{}\":{{{},\"status\":{}}}}}", items.empty() ? "" : ",",
                         dialect::NameOf(operation.kind), item.members, item.status);
  }
  return MadeAnswer(200, fmt::format(R"({{"took":1,"errors":{},"items":[{}]}})", errors, items));
}

message::Answer ModelTarget::MultiGet(const dialect::Meaning& meaning,
                                      const message::Request& request) const {
  std::string docs;
  const std::vector<bool> lean = LeanDocuments(request.body);
  for (const Operation& operation : meaning.operations) {
    const Name name{operation.keys[0].name, operation.keys[0].id};
    docs += fmt::format("{}{{\"_index\":\"{}\",\"_id\":\"{}\"", docs.empty() ? "" : ",", name.first,
                        name.second);
    const auto found = documents_.find(name);
    if (found == documents_.end() || !found->second.exists) {
      docs += ",\"found\":false}";
      continue;
    }
    const Document& document = found->second;
    docs += fmt::format(",\"_version\":{},\"_seq_no\":{},\"_primary_term\":{},\"found\":true",
                        document.version, document.seq_no, document.primary_term);
    docs += lean[operation.item] ? "}" : ",\"_source\":" + document.content.Text() + "}";
  }
  return MadeAnswer(200, "{\"docs\":[" + docs + "]}");
}

ModelTarget::ItemAnswer ModelTarget::Apply(const Operation& operation, std::string_view body) {
  Name name{operation.keys[0].name, operation.keys[0].id};
  if (operation.writing.automatic_id) {
    name.second = fmt::format("{}-{}", id_prefix_, next_id_++);
  }
  if (operation.kind == Kind::kDelete) {
    return Delete(operation, name);
  }
  if (operation.kind == Kind::kUpdate) {
    return Update(operation, name, body);
  }
  Content content;
  dialect::ReadJson(body, [&content](JsonValue& root) { content = ContentOf(root); });
  const int number = NumberOf(content);
  return Write(operation, name, std::move(content), number);
}

std::string ModelTarget::Conflict(const Operation& operation, const Document& document) const {
  const dialect::Condition& condition = operation.writing.condition;
  if (operation.kind == Kind::kCreate && document.exists) {
    return "document already exists";
  }
  if (condition.if_seq_no && (!document.exists || document.seq_no != *condition.if_seq_no ||
                              document.primary_term != condition.if_primary_term)) {
    return fmt::format("required seqNo [{}]", *condition.if_seq_no);
  }
  if (condition.version) {
    const int64_t least =
        *condition.version + (condition.version_type == VersionType::kExternalGte ? 1 : 0);
    if (document.version >= least) {
      return fmt::format("current version [{}] is higher or equal to the one provided [{}]",
                         document.version, *condition.version);
    }
  }
  return "";
}

ModelTarget::ItemAnswer ModelTarget::Write(const Operation& operation, const Name& name,
                                           Content content, int number) {
  Document& document = documents_[name];
  const std::string head = fmt::format(R"("_index":"{}","_id":"{}",)", name.first, name.second);
  if (const std::string conflict = Conflict(operation, document); !conflict.empty()) {
    return {409, head + Refusal("version_conflict_engine_exception",
                                fmt::format("[{}]: version conflict, {}", name.second, conflict))};
  }
  const bool existed = document.exists;
  document.version = operation.writing.condition.version.value_or(document.version + 1);
  document.exists = true;
  document.seq_no = next_seq_no_++;
  document.primary_term = primary_term_;
  document.content = std::move(content);
  ++applied_[number];
  return {existed ? 200 : 201,
          head + fmt::format(R"("_version":{},"result":"{}","_seq_no":{},"_primary_term":{})",
                             document.version, existed ? "updated" : "created", document.seq_no,
                             document.primary_term)};
}

ModelTarget::ItemAnswer ModelTarget::Update(const Operation& operation, const Name& name,
                                            std::string_view body) {
  const Change change = ChangeOf(body);
  const Document& document = documents_[name];
  const std::string head = fmt::format(R"("_index":"{}","_id":"{}",)", name.first, name.second);
  if (!document.exists) {
    const std::optional<Content>& made = change.doc_as_upsert ? change.doc : change.upsert;
    if (!made) {
      return {404, head + Refusal("document_missing_exception", "document missing")};
    }
    return Write(operation, name, *made, NumberOf(*made));
  }
  if (const std::string conflict = Conflict(operation, document); !conflict.empty()) {
    return {409, head + Refusal("version_conflict_engine_exception", conflict)};
  }
  Content content = document.content;
  int number = -1;
  if (change.script_op) {
    number = *change.script_op;
    content.ops.push_back(number);
  } else if (change.doc) {
    number = NumberOf(*change.doc);
    content.p = change.doc->p;
  }
  if (content == document.content) {
    return {200,
            head + fmt::format(R"("_version":{},"result":"noop","_seq_no":{},"_primary_term":{})",
                               document.version, document.seq_no, document.primary_term)};
  }
  return Write(operation, name, std::move(content), number);
}

ModelTarget::ItemAnswer ModelTarget::Delete(const Operation& operation, const Name& name) {
  Document& document = documents_[name];
  const std::string head = fmt::format(R"("_index":"{}","_id":"{}",)", name.first, name.second);
  if (const std::string conflict = Conflict(operation, document); !conflict.empty()) {
    return {409, head + Refusal("version_conflict_engine_exception",
                                fmt::format("[{}]: version conflict, {}", name.second, conflict))};
  }
  const bool existed = document.exists;
  document = {.exists = false,
              .version = operation.writing.condition.version.value_or(document.version + 1),
              .seq_no = next_seq_no_++,
              .primary_term = primary_term_,
              .content = {}};
  return {existed ? 200 : 404,
          head + fmt::format(R"("_version":{},"result":"{}","_seq_no":{},"_primary_term":{})",
                             document.version, existed ? "deleted" : "not_found", document.seq_no,
                             document.primary_term)};
}

}  // namespace trafrec::guard
