// Requests for one document, and those for many of which each has an order of its own: mget.

#include <utility>

#include "replay/dialect/document_fields.h"
#include "replay/dialect/index_names.h"
#include "replay/dialect/limits.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

constexpr std::string_view kParameters[] = {
    "routing",   "parent",          "op_type",  "version",       "version_type",
    "if_seq_no", "if_primary_term", "pipeline", "require_alias", "retry_on_conflict"};

/// Path and query of a request for documents.
DocumentFields FieldsOf(const SearchCall& call) {
  DocumentFields fields;
  fields.index = IndexName(call.part("index"));
  fields.type = call.part("type");
  fields.id = call.part("id");
  for (const std::string_view name : kParameters) {
    if (call.has_query(name)) {
      fields.Take(name, std::string(call.query(name)));
    }
  }
  return fields;
}

}  // namespace

void UnderstandDocument(const SearchCall& call, Meaning& meaning) {
  Operation operation = DocumentOperation(call.path().kind, FieldsOf(call));
  if (operation.kind == Kind::kUpdate) {
    const std::string trouble = ReadUpdate(call.request.body, operation.writing);
    meaning.trouble = trouble.empty() ? "" : "the body of the update: " + trouble;
    operation.repeat = operation.writing.scripted && !operation.writing.condition.any()
                           ? Repeat::kAdds
                           : Repeat::kIdempotent;
  }
  // Term vectors of a document that the request itself holds.
  if (operation.kind == Kind::kGet && operation.keys[0].id.empty()) {
    operation.keys[0].scope = Scope::kIndex;
  }
  meaning.kind = operation.kind;
  meaning.operations.push_back(std::move(operation));
}

void UnderstandMultiGet(const SearchCall& call, Meaning& meaning) {
  const DocumentFields defaults = FieldsOf(call);
  const auto add = [&](DocumentFields fields) {
    if (meaning.operations.size() < limits::kOperations) {
      Operation operation = DocumentOperation(Kind::kGet, std::move(fields));
      operation.item = static_cast<uint32_t>(meaning.operations.size());
      meaning.operations.push_back(std::move(operation));
    }
  };
  const auto add_document = [&](JsonValue& element) {
    DocumentFields fields = defaults;
    if (element.type() == JsonValue::Type::kObject) {
      element.EachMember(
          [&fields](std::string_view key, JsonValue& value) { fields.Take(key, value); });
    } else {
      fields.id = element.Text().value_or("");
    }
    add(std::move(fields));
  };
  const std::string trouble = ReadJson(call.content(), [&](JsonValue& root) {
    root.EachMember([&](std::string_view key, JsonValue& value) {
      if (key == "docs" || key == "ids") {
        value.EachElement(add_document);
      }
    });
  });
  if (!trouble.empty()) {
    // Reads are not lost: as if it read all of the index.
    meaning.trouble = "the list of documents: " + trouble;
    Operation operation = MakeOperation(call);
    operation.kind = Kind::kGet;
    operation.item = static_cast<uint32_t>(meaning.operations.size());
    AddIndexKeys("", false, operation.keys);
    meaning.operations.push_back(std::move(operation));
  }
}

}  // namespace trafrec::dialect
