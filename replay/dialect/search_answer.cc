// Answers of Elasticsearch and OpenSearch.
//
// A client may have taken parts out of an answer (?filter_path=): everything is optional, and the
// status says the rest. Items of a bulk are told from each other by their order alone, so a list
// that has another length than the request says of no item what became of it, but of those before
// the request's first hole; only "errors": false then says that none failed. Documents and hits are
// skipped unread.

#include "replay/dialect/search_answer.h"

#include <fmt/format.h>

#include <utility>

#include "replay/dialect/json.h"

namespace trafrec::dialect {
namespace {

/// "found", "result", "status" and the like, of a whole answer or of one item.
struct Fields {
  Outcome outcome;
  std::string result;
  std::optional<bool> found;
  bool acknowledged = true;
  bool running = false;  ///< a task, or an asynchronous search

  bool Take(std::string_view key, JsonValue& value);
};

std::optional<int64_t> Number(JsonValue& value) { return IntegerOf(value.Text()); }

/// {"type": "…", …}, or the text alone of old answers.
std::string ErrorType(JsonValue& value) {
  std::string type;
  if (value.type() != JsonValue::Type::kObject) {
    return value.Text().value_or("");
  }
  value.EachMember([&type](std::string_view key, JsonValue& field) {
    if (key == "type") {
      type = field.Text().value_or("");
    }
  });
  return type;
}

std::optional<int64_t> FailedShards(JsonValue& value) {
  std::optional<int64_t> failed;
  value.EachMember([&failed](std::string_view key, JsonValue& field) {
    if (key == "failed") {
      failed = Number(field);
    }
  });
  return failed;
}

bool Fields::Take(std::string_view key, JsonValue& value) {
  if (key == "_index") {
    outcome.index = value.Text().value_or("");
  } else if (key == "_id") {
    outcome.id = value.Text().value_or("");
  } else if (key == "_version") {
    // -3 is that of a document which a pipeline dropped (tried).
    outcome.version = Number(value);
    if (outcome.version < 0) {
      outcome.version.reset();
    }
  } else if (key == "_seq_no") {
    outcome.seq_no = Number(value);
  } else if (key == "_primary_term") {
    outcome.primary_term = Number(value);
  } else if (key == "result") {
    result = value.Text().value_or("");
  } else if (key == "found" || key == "matched") {
    found = value.Text() == "true";
  } else if (key == "status") {
    outcome.status = static_cast<int>(Number(value).value_or(0));
  } else if (key == "acknowledged") {
    acknowledged = value.Text() != "false";
  } else if (key == "completed") {
    running = value.Text() == "false";
  } else if (key == "is_running") {
    running = value.Text() == "true";
  } else if (key == "error") {
    outcome.error = ErrorType(value);
  } else if (key == "_shards") {
    outcome.failed_shards = FailedShards(value);
  } else {
    return false;
  }
  return true;
}

std::optional<Fate> FateOfResult(std::string_view result) {
  for (const Fate fate :
       {Fate::kCreated, Fate::kUpdated, Fate::kDeleted, Fate::kNoop, Fate::kNotFound}) {
    if (NameOf(fate) == result) {
      return fate;
    }
  }
  return std::nullopt;
}

/// Of an item that has an error and no status: one of a list of gets, or what a filter left.
Fate FateOfError(std::string_view type) {
  if (type == "version_conflict_engine_exception") {
    return Fate::kConflict;
  }
  if (type == "es_rejected_execution_exception" || type == "rejected_execution_exception" ||
      type == "circuit_breaking_exception") {
    return Fate::kRejected;
  }
  return type == "document_missing_exception" || type == "index_not_found_exception"
             ? Fate::kNotFound
             : Fate::kRefused;
}

Fate FateOf(const Fields& fields, Kind kind) {
  const bool document = kind == Kind::kIndex || kind == Kind::kCreate || kind == Kind::kUpdate ||
                        kind == Kind::kDelete;
  if (const auto fate = FateOfResult(fields.result); document && fate) {
    return *fate;
  }
  if (fields.outcome.status == 0 && !fields.outcome.error.empty()) {
    return FateOfError(fields.outcome.error);
  }
  const Fate by_status = FateOfStatus(fields.outcome.status);
  if (by_status == Fate::kDone && kind == Kind::kGet) {
    return fields.found.value_or(true) ? Fate::kFound : Fate::kNotFound;
  }
  if (by_status == Fate::kDone && !fields.acknowledged) {
    return Fate::kUnknown;  // begun, and not finished in time
  }
  if (by_status == Fate::kDone && kind == Kind::kDelete) {
    return Fate::kDeleted;
  }
  return by_status;
}

bool TakeCount(std::string_view key, JsonValue& value, ByQueryCounts& counts) {
  const std::pair<std::string_view, std::optional<int64_t>*> names[] = {
      {"total", &counts.total},     {"created", &counts.created},
      {"updated", &counts.updated}, {"deleted", &counts.deleted},
      {"noops", &counts.noops},     {"version_conflicts", &counts.version_conflicts}};
  for (const auto& [name, count] : names) {
    if (key == name) {
      *count = Number(value);
      return true;
    }
  }
  if (key == "failures") {
    value.EachElement([&counts](JsonValue&) { ++counts.failures; });
  }
  return key == "failures";
}

/// The list in which an answer has one entry for each operation.
std::string_view ListOf(Kind kind) {
  switch (kind) {
    case Kind::kBulk:
      return "items";
    case Kind::kMultiGet:
      return "docs";
    case Kind::kMultiSearch:
      return "responses";
    default:
      return "";
  }
}

bool IsContext(std::string_view key, Kind kind) {
  return key == "_scroll_id" || key == "pit_id" || key == "task" ||
         (key == "id" && (kind == Kind::kSearch || kind == Kind::kOpenContext));
}

class AnswerReader {
 public:
  AnswerReader(const Meaning& meaning, const AnswerView& answer)
      : meaning_(meaning), status_(answer.status), told_(answer.told) {
    whole_.outcome.status = answer.status;
    answer_.unreadable = answer.body.empty();
    if (!answer.body.empty()) {
      answer_.trouble = ReadJson(answer.body, [this](JsonValue& root) {
        root.EachMember([this](std::string_view key, JsonValue& value) { TakeMember(key, value); });
      });
      answer_.unreadable = !answer_.trouble.empty();
    }
  }

  Answer Finish() {
    whole_.outcome.status = status_;  // a task's answer has a member of that name too
    const std::string_view list = ListOf(meaning_.kind);
    if (!list.empty() && status_ < 300) {
      FinishList(list);
    } else {
      for (const Operation& operation : meaning_.operations) {
        Outcome outcome = whole_.outcome;
        outcome.item = operation.item;
        outcome.fate = FateOf(whole_, operation.kind);
        outcome.in_words = FateOfResult(whole_.result).has_value();
        outcome.running = whole_.running && operation.kind == Kind::kUseContext;
        answer_.outcomes.push_back(std::move(outcome));
      }
    }
    if (meaning_.kind == Kind::kByQuery || meaning_.kind == Kind::kReindex) {
      answer_.by_query = counts_;
    }
    return std::move(answer_);
  }

 private:
  void TakeMember(std::string_view key, JsonValue& value) {
    if (key == ListOf(meaning_.kind)) {
      value.EachElement([this](JsonValue& element) { TakeItem(element); });
    } else if (key == "errors") {
      errors_ = value.Text() != "false";
    } else if (IsContext(key, meaning_.kind)) {
      answer_.context = value.Text().value_or("");
    } else if (!whole_.Take(key, value)) {
      TakeCount(key, value, counts_);
    }
  }

  /// {"index": {…}} of a bulk, {…} of the others.
  void TakeItem(JsonValue& element) {
    if (++item_count_ > meaning_.operations.size()) {
      return;  // not its answer: more of them would only fill the memory
    }
    Fields& fields = items_.emplace_back();
    element.EachMember([&](std::string_view key, JsonValue& value) {
      if (meaning_.kind == Kind::kBulk) {
        value.EachMember(
            [&fields](std::string_view name, JsonValue& field) { fields.Take(name, field); });
      } else {
        fields.Take(key, value);
      }
    });
  }

  void FinishList(std::string_view list) {
    const size_t count = meaning_.operations.size();
    const size_t told = told_.value_or(count);
    const bool aligned = told_ ? item_count_ >= told : item_count_ == count;
    if (!aligned && answer_.trouble.empty()) {
      answer_.trouble = fmt::format("{} {} for {} operations", item_count_, list, count);
    }
    for (size_t i = 0; i < count; ++i) {
      const Operation& operation = meaning_.operations[i];
      Outcome outcome{.item = operation.item};
      if (aligned && i < told) {
        Fields& fields = items_[i];
        // Gets and searches of a list have a status only if they failed.
        if (fields.outcome.status == 0 && meaning_.kind != Kind::kBulk) {
          fields.outcome.status = fields.outcome.error.empty() ? status_ : 0;
        }
        const Fate fate = FateOf(fields, operation.kind);
        outcome = std::move(fields.outcome);
        outcome.in_words = FateOfResult(fields.result).has_value();
        outcome.item = operation.item;
        outcome.fate = fate;
      }
      if (outcome.fate == Fate::kUnknown && outcome.error.empty() && errors_ == false) {
        outcome.fate = Fate::kDone;
      }
      answer_.outcomes.push_back(std::move(outcome));
    }
  }

  const Meaning& meaning_;
  int status_;
  std::optional<size_t> told_;
  Answer answer_;
  Fields whole_;
  std::vector<Fields> items_;
  size_t item_count_ = 0;
  std::optional<bool> errors_;
  ByQueryCounts counts_;
};

}  // namespace

Answer ReadSearchAnswer(const Meaning& meaning, const AnswerView& answer) {
  return AnswerReader(meaning, answer).Finish();
}

}  // namespace trafrec::dialect
