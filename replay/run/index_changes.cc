#include "replay/run/index_changes.h"

#include <optional>
#include <string_view>
#include <vector>

#include "replay/edit/views.h"
#include "replay/run/coding.h"
#include "replay/run/flight_items.h"

namespace trafrec::replay {
namespace {

using dialect::Fate;
using dialect::Kind;
using ledger::IndexChange;

/// Of operations on whole indices: what they write, by name or pattern.
std::vector<std::string_view> WrittenNames(const dialect::Operation& operation) {
  std::vector<std::string_view> names;
  for (const dialect::Key& key : operation.keys) {
    if (key.scope == dialect::Scope::kCluster && key.write) {
      names.emplace_back("*");
    } else if (key.scope == dialect::Scope::kIndex && key.write) {
      names.emplace_back(key.name);
    }
  }
  return names;
}

/// Whether it may make or take away documents without naming them.
bool MovesUnnamed(const dialect::Operation& operation, std::string_view api) {
  switch (operation.kind) {
    case Kind::kByQuery:
    case Kind::kReindex:
    case Kind::kUnknown:
      return true;
    case Kind::kIndexAdmin:
      return api == "indices.delete" || api == "indices.delete_data_stream" ||
             api == "indices.shrink" || api == "indices.split" || api == "indices.clone" ||
             api == "indices.update_aliases";
    case Kind::kAdmin:
      return api == "snapshot.restore";
    default:
      return false;
  }
}

bool Succeeded(const guard::Item& item) {
  return item.stage == guard::Stage::kDone &&
         (item.result.fate == Fate::kDone || item.result.fate == Fate::kDeleted);
}

std::optional<dialect::ByQueryCounts> ByQueryCountsOf(const Flight& flight,
                                                      const dialect::Dialect& dialect) {
  if (!flight.last.answered) {
    return std::nullopt;
  }
  const message::Answer answer = WithoutCoding(flight.last.answer);
  const auto headers = edit::HeaderViews(answer.fields);
  const auto counts =
      dialect.ReadAnswer(flight.plan().meaning, {answer.status, headers, answer.body}).by_query;
  return counts && counts->total ? counts : std::nullopt;
}

IndexChange ChangeOfWhole(const Flight& flight, const guard::Item& item,
                          const dialect::Dialect& dialect, bool one_index) {
  const Kind kind = OperationOf(flight, item).kind;
  if (flight.plan().meaning.api == "indices.delete" && Succeeded(item) && one_index) {
    return {.emptied = true};
  }
  if ((kind == Kind::kByQuery || kind == Kind::kReindex) && item.stage == guard::Stage::kDone &&
      one_index) {
    if (const auto counts = ByQueryCountsOf(flight, dialect)) {
      return {.created = counts->created.value_or(0), .deleted = counts->deleted.value_or(0)};
    }
  }
  const bool nothing_done = item.stage == guard::Stage::kDone && !Succeeded(item);
  return {.unclear = nothing_done ? 0 : 1};
}

IndexChange ChangeOfDocument(const guard::Item& item) {
  if (item.stage == guard::Stage::kDead) {
    return {.unclear = item.tries > 0 ? 1 : 0};
  }
  const int64_t assumed = item.as_at_source ? 1 : 0;
  switch (item.result.fate) {
    case Fate::kCreated:
      return {.created = 1, .assumed = assumed};
    case Fate::kUpdated:
      return {.assumed = assumed};
    case Fate::kDeleted:
      return {.deleted = 1};
    case Fate::kDone:  // a client had the result taken out of the answer
      return {.unclear = 1};
    default:
      return {};
  }
}

}  // namespace

void NoteIndexChanges(const Flight& flight, const guard::Item& item,
                      const dialect::Dialect& dialect, const std::string& target,
                      std::map<ledger::TargetIndex, ledger::IndexChange>& changes) {
  const auto add = [&](std::string_view index, const IndexChange& change) {
    if (change != IndexChange{}) {
      changes[{target, std::string(index)}].Add(change);
    }
  };
  const dialect::Operation& operation = OperationOf(flight, item);
  if (dialect::WritesDocument(operation.kind)) {
    if (const dialect::Key* key = DocumentOf(flight, item)) {
      add(item.result.index.empty() ? IndexOf(flight, item, *key) : item.result.index,
          ChangeOfDocument(item));
    }
    return;
  }
  if (!MovesUnnamed(operation, flight.plan().meaning.api) ||
      (item.stage == guard::Stage::kDead && item.tries == 0)) {
    return;
  }
  const std::vector<std::string_view> names = WrittenNames(operation);
  for (const std::string_view name : names) {
    const bool is_pattern = name.find('*') != std::string_view::npos;
    const bool one_index =
        !is_pattern && (names.size() == 1 || operation.kind == Kind::kIndexAdmin);
    add(name, ChangeOfWhole(flight, item, dialect, one_index));
  }
}

}  // namespace trafrec::replay
