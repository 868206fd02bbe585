#include "tools/dialect_functions.h"

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/recorded/exchange_view.h"
#include "replay/recorded/recognize.h"
#include "tools/json_object.h"

namespace trafrec::tools {
namespace {

using store::db::SqlValue;

/// The dialect by its name, or found out when it is first asked for.
class Choice {
 public:
  Choice(const std::string& name, store::LogSelection selection)
      : dialect_(dialect::FindDialect(name)), selection_(std::move(selection)) {}

  Result<const dialect::Dialect*> Get() {
    if (dialect_ == nullptr) {
      TRY_ASSIGN(const auto reader, store::LogReader::Open(selection_));
      TRY_ASSIGN(dialect_, recorded::RecognizeDialect(*reader));
    }
    return dialect_;
  }

 private:
  const dialect::Dialect* dialect_;
  store::LogSelection selection_;
};

void TextIfAny(JsonAppender& json, std::string_view name, const std::string& text) {
  if (!text.empty()) {
    json.Bytes(name, text);
  }
}

template <typename T>
void NumberIfAny(JsonAppender& json, std::string_view name, const std::optional<T>& value) {
  if (value) {
    json.Number(name, *value);
  }
}

void AppendKeys(JsonAppender& json, const dialect::Operation& operation,
                const dialect::Outcome* outcome) {
  std::string id;
  std::string routing;
  json.Open("indices", '[');
  for (const dialect::Key& key : operation.keys) {
    if (key.scope == dialect::Scope::kIndex || key.scope == dialect::Scope::kDocument) {
      json.Bytes(key.name);
      id = key.id;
      routing = key.routing;
    }
  }
  json.Close(']');
  TextIfAny(json, "id", id.empty() && outcome != nullptr ? outcome->id : id);
  TextIfAny(json, "routing", routing);
}

void AppendOutcome(JsonAppender& json, const dialect::Outcome& outcome) {
  json.Text("fate", NameOf(outcome.fate));
  json.Number("status", outcome.status);
  TextIfAny(json, "index", outcome.index);
  NumberIfAny(json, "version", outcome.version);
  NumberIfAny(json, "seq_no", outcome.seq_no);
  NumberIfAny(json, "primary_term", outcome.primary_term);
  TextIfAny(json, "error", outcome.error);
}

/// Of a by-query operation or a reindex, which is alone in its request.
void AppendCounts(JsonAppender& json, const dialect::ByQueryCounts& counts) {
  NumberIfAny(json, "total", counts.total);
  NumberIfAny(json, "created", counts.created);
  NumberIfAny(json, "updated", counts.updated);
  NumberIfAny(json, "deleted", counts.deleted);
  NumberIfAny(json, "noops", counts.noops);
  NumberIfAny(json, "version_conflicts", counts.version_conflicts);
  json.Number("failures", counts.failures);
}

std::string OperationsAsJson(const dialect::Dialect& dialect, const recorded::ExchangeView& view) {
  const dialect::Meaning meaning = dialect.Understand(*view.request());
  std::optional<dialect::Answer> answer;
  if (view.answer() != nullptr) {
    answer = dialect.ReadAnswer(meaning, *view.answer());
  }
  std::string out;
  JsonAppender json(out);
  json.Open('[');
  for (size_t i = 0; i < meaning.operations.size(); ++i) {
    const dialect::Operation& operation = meaning.operations[i];
    const dialect::Outcome* outcome = answer ? &answer->outcomes[i] : nullptr;
    json.Open('{');
    json.Number("item", operation.item);
    json.Text("kind", NameOf(operation.kind));
    json.Bool("mutation", operation.mutation);
    json.Text("repeat", NameOf(operation.repeat));
    AppendKeys(json, operation, outcome);
    if (outcome != nullptr) {
      AppendOutcome(json, *outcome);
    }
    if (answer && answer->by_query) {
      AppendCounts(json, *answer->by_query);
    }
    json.Close('}');
  }
  json.Close(']');
  return out;
}

std::string ApiOf(const dialect::Dialect& dialect, const recorded::ExchangeView& view) {
  return std::string(dialect.Understand(*view.request()).api);
}

}  // namespace

Status AddDialectFunctions(store::LogTables& tables, const std::string& dialect,
                           store::LogSelection selection) {
  const auto choice = std::make_shared<Choice>(dialect, std::move(selection));
  const auto add = [&](const char* name, auto describe) {
    return tables.AddFunction(name, 1,
                              [choice, describe](const store::StoredExchange& exchange,
                                                 std::span<const SqlValue>) -> Result<SqlValue> {
                                const recorded::ExchangeView view(exchange);
                                if (view.request() == nullptr) {
                                  return SqlValue();
                                }
                                TRY_ASSIGN(const dialect::Dialect* chosen, choice->Get());
                                std::string text = describe(*chosen, view);
                                return text.empty() ? SqlValue() : SqlValue(std::move(text));
                              });
  };
  TRY(add("api", &ApiOf));
  return add("operations", &OperationsAsJson);
}

}  // namespace trafrec::tools
