#include "replay/dialect/document_fields.h"

#include <utility>

#include "replay/dialect/index_names.h"

namespace trafrec::dialect {
namespace {

Repeat RepeatOf(Kind kind, const Writing& writing) {
  if (kind == Kind::kGet) {
    return Repeat::kSafe;
  }
  // A condition refuses the second one, whatever it would do.
  const bool again = writing.automatic_id || writing.scripted;
  return again && !writing.condition.any() ? Repeat::kAdds : Repeat::kIdempotent;
}

VersionType VersionTypeOf(std::string_view text) {
  if (text == "external" || text == "external_gt") {
    return VersionType::kExternal;
  }
  return text == "external_gte" ? VersionType::kExternalGte : VersionType::kInternal;
}

}  // namespace

bool DocumentFields::Take(std::string_view name, JsonValue& value) {
  const std::optional<std::string> text = value.Text();
  return text && Take(name, *text);
}

bool DocumentFields::Take(std::string_view name, const std::string& value) {
  Condition& condition = writing.condition;
  if (name == "_index") {
    index = IndexName(value);
  } else if (name == "_type") {
    type = value;
  } else if (name == "_id") {
    id = value;
  } else if (name == "routing" || name == "_routing" || name == "parent" || name == "_parent") {
    routing = value;
  } else if (name == "op_type" || name == "_op_type") {
    op_type = value;
  } else if (name == "version" || name == "_version") {
    condition.version = IntegerOf(value);
  } else if (name == "version_type" || name == "_version_type") {
    condition.version_type = VersionTypeOf(value);
  } else if (name == "if_seq_no") {
    condition.if_seq_no = IntegerOf(value);
  } else if (name == "if_primary_term") {
    condition.if_primary_term = IntegerOf(value);
  } else if (name == "retry_on_conflict" || name == "_retry_on_conflict") {
    writing.retry_on_conflict = IntegerOf(value);
  } else if (name == "pipeline") {
    writing.pipeline = value;
  } else if (name == "require_alias") {
    writing.require_alias = value != "false";
  } else {
    return false;
  }
  return true;
}

Operation DocumentOperation(Kind kind, DocumentFields fields) {
  if (kind == Kind::kIndex && fields.op_type == "create") {
    kind = Kind::kCreate;
  }
  Operation operation;
  operation.kind = kind;
  operation.mutation = IsMutation(kind);
  operation.writing = std::move(fields.writing);
  operation.writing.automatic_id =
      fields.id.empty() && (kind == Kind::kIndex || kind == Kind::kCreate);
  operation.repeat = RepeatOf(kind, operation.writing);
  if (fields.type != "_doc") {
    operation.type = std::move(fields.type);
  }
  operation.keys.push_back({.scope = Scope::kDocument,
                            .write = operation.mutation,
                            .name = std::move(fields.index),
                            .id = std::move(fields.id),
                            .routing = std::move(fields.routing)});
  return operation;
}

std::string ReadUpdate(std::string_view body, Writing& writing) {
  const std::string trouble = ReadJson(body, [&writing](JsonValue& root) {
    root.EachMember([&writing](std::string_view key, JsonValue& value) {
      if (key == "script") {
        writing.scripted = true;
      } else if (key == "upsert") {
        writing.upserts = true;
      } else if (key == "doc_as_upsert" || key == "scripted_upsert") {
        writing.upserts = writing.upserts || value.Text() == "true";
      }
    });
  });
  // An update that nobody can read may be a script.
  writing.scripted = writing.scripted || !trouble.empty();
  return trouble;
}

}  // namespace trafrec::dialect
