#include "reconcile/history/mutation_facts.h"

#include <algorithm>
#include <array>
#include <limits>

#include "reconcile/history/limits.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;
using store::Flag;

/// A script that says nowhere what else to do than to write.
bool AlwaysWrites(std::string_view script) {
  return script.find("op") == std::string_view::npos &&
         script.find("\"id\"") == std::string_view::npos;
}

/// Where a reindex writes; nothing: its script may say otherwise.
std::optional<std::string> DestinationOf(std::string_view body, std::string_view script) {
  const auto tree = json::Tree::Parse(body);
  if (!tree || tree->size() == 0 || script.find("index") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto dest = tree->Find(json::Tree::kRoot, "dest");
  const auto index = dest ? tree->Find(*dest, "index") : std::nullopt;
  return index ? tree->ScalarOf(*index) : std::nullopt;
}

}  // namespace

std::string_view BodyOf(const dialect::RequestView& request, const dialect::Operation& operation) {
  return operation.action.length > 0 ? operation.source.In(request.body) : request.body;
}

bool IsWhole(const store::StoredMessage& message) {
  store::Flags broken = 0;
  for (const Flag flag : {Flag::kRequestTruncated, Flag::kResponseTruncated, Flag::kGapInRequest,
                          Flag::kGapInResponse, Flag::kEvicted, Flag::kWithheld, Flag::kSnaplenCut,
                          Flag::kBodyShed, Flag::kBodyMissing}) {
    broken |= store::FlagBit(flag);
  }
  return (message.facts.flags & broken) == 0;
}

dialect::Meaning MeaningOf(const dialect::Dialect& dialect, const dialect::RequestView& request,
                           bool answered) {
  dialect::Meaning meaning = dialect.Understand(request);
  if (meaning.kind == Kind::kBulk && meaning.operations.empty() && !answered) {
    dialect::Operation& whole = meaning.operations.emplace_back();
    whole.kind = Kind::kBulk;
    whole.mutation = true;
  }
  return meaning;
}

bool IsWhole(const std::optional<store::StoredMessage>& message) {
  return message && IsWhole(*message);
}

Span SpanOf(const store::StoredExchange& exchange) {
  return {exchange.request->facts.last_byte_at, exchange.response
                                                    ? exchange.response->facts.first_byte_at
                                                    : std::numeric_limits<TimeNs>::max()};
}

bool TookNumber(const dialect::Operation& operation, const dialect::Outcome& outcome) {
  return outcome.TookSeqNo() && outcome.version && outcome.primary_term &&
         dialect::WritesDocument(operation.kind);
}

std::optional<Question::Told> ToldBy(const dialect::Operation& operation,
                                     const dialect::Outcome& outcome) {
  if (IsOpen(outcome, true, operation)) {
    return TookNumber(operation, outcome)
               ? std::optional(Question::Told{.committed = true, .seq_no = outcome.seq_no})
               : std::nullopt;
  }
  const bool took = TookNumber(operation, outcome);
  return Question::Told{.committed = took || outcome.fate == Fate::kDone,
                        .seq_no = took ? outcome.seq_no : std::nullopt};
}

bool IsOpen(const dialect::Outcome& outcome, bool answered, const dialect::Operation& operation) {
  switch (outcome.fate) {
    case Fate::kUnknown:
    case Fate::kFailed:
      return true;
    case Fate::kCreated:
    case Fate::kUpdated:
    case Fate::kDeleted:
      // Done, but its number was cut off.
      return dialect::WritesDocument(operation.kind);
    case Fate::kDone:
      return !answered;
    default:
      return false;
  }
}

bool WasTurnedDown(const dialect::Outcome& outcome) {
  return outcome.fate == Fate::kRefused || outcome.fate == Fate::kNotFound ||
         outcome.fate == Fate::kConflict || outcome.fate == Fate::kRejected;
}

bool MayTakeNumber(const dialect::Outcome& outcome) {
  constexpr std::array<std::string_view, 4> kBefore = {
      "mapper_parsing_exception", "strict_dynamic_mapping_exception", "index_not_found_exception",
      "document_parsing_exception"};
  return outcome.fate == Fate::kRefused &&
         std::ranges::find(kBefore, outcome.error) == kBefore.end();
}

Change ChangeOf(const dialect::Operation& operation, std::string_view body) {
  if (!operation.writing.pipeline.empty()) {
    return {};
  }
  switch (operation.kind) {
    case Kind::kIndex:
    case Kind::kCreate:
      return ReplacingChange(body);
    case Kind::kUpdate:
      return UpdatingChange(body);
    case Kind::kDelete:
      return {.how = Change::How::kDeletes};
    default:
      return {};
  }
}

Write WriteOf(const store::ExchangeId& id, const dialect::Operation& operation,
              const dialect::Key& key, const dialect::Outcome& outcome, const Span& ran) {
  return {.at = {id, operation.item},
          .document = {outcome.index.empty() ? key.name : outcome.index,
                       outcome.id.empty() ? key.id : outcome.id, key.routing},
          .ran = ran,
          .kind = operation.kind,
          .fate = outcome.fate,
          .version_type = operation.writing.condition.version
                              ? operation.writing.condition.version_type
                              : dialect::VersionType::kInternal,
          .version = outcome.version.value_or(0),
          .seq_no = outcome.seq_no.value_or(0),
          .primary_term = outcome.primary_term.value_or(0)};
}

Question QuestionOf(const dialect::Operation& operation, const dialect::Outcome& outcome,
                    std::string_view body) {
  const dialect::Writing& writing = operation.writing;
  Question question{.kind = operation.kind, .automatic_id = writing.automatic_id};
  if (const dialect::Key* key = dialect::FindDocument(operation.keys)) {
    question.document = {key->name, key->id, key->routing};
  }
  question.makes = operation.kind == Kind::kIndex || operation.kind == Kind::kCreate ||
                   (operation.kind == Kind::kUpdate && writing.upserts);
  question.deletes =
      operation.kind == Kind::kDelete ||
      (operation.kind == Kind::kUpdate && writing.scripted && !AlwaysWrites(ScriptIn(body)));
  question.external = writing.condition.version &&
                      writing.condition.version_type != dialect::VersionType::kInternal;
  question.condition = writing.condition;
  question.retries = writing.retry_on_conflict.value_or(0);
  question.piped = !writing.pipeline.empty();
  question.unconditional =
      !writing.condition.any() && !question.piped &&
      (operation.kind == Kind::kIndex || operation.kind == Kind::kCreate ||
       operation.kind == Kind::kDelete ||
       (operation.kind == Kind::kUpdate && writing.scripted && AlwaysWrites(ScriptIn(body))));
  question.change = ChangeOf(operation, body);
  question.tokens = Tokens(body);
  question.writer = question.piped ? Writer() : Writer::OfBody(body);
  question.hard_to_index = operation.kind != Kind::kDelete && body.size() > limits::kTermBytes;
  question.status_seen = outcome.fate == Fate::kCreated || outcome.fate == Fate::kDeleted;
  return question;
}

std::optional<ByQueryRun> ByQueryRunOf(const dialect::RequestView& request,
                                       const dialect::Operation& operation,
                                       const dialect::Answer& answer, bool answered,
                                       const Span& ran, const Mapping* mapping) {
  const std::string script = ScriptIn(request.body);
  ByQueryRun run{.ran = ran,
                 .change = {.how = Change::How::kScripts, .script = script},
                 .writer = operation.kind == Kind::kReindex ||
                                   request.target.find("pipeline=") != std::string_view::npos
                               ? Writer()
                               : Writer::OfBody(request.body),
                 .deletes = request.target.find("_delete_by_query") != std::string_view::npos ||
                            !AlwaysWrites(script),
                 .makes = operation.kind == Kind::kReindex,
                 .changes_all = operation.kind == Kind::kByQuery && AlwaysWrites(script)};
  for (const dialect::Key& key : operation.keys) {
    if (key.write) {
      run.indices.push_back(key.name);
    }
  }
  if (const auto destination = run.makes ? DestinationOf(request.body, script) : std::nullopt) {
    run.indices = {*destination};
  }
  if (run.indices.size() == 1 && request.target.find("q=") == std::string_view::npos) {
    run.selection = Selection::OfBody(request.body, mapping);
  }
  const auto& counts = answer.by_query;
  const Fate fate = answer.outcomes.front().fate;
  if (answered && counts && (counts->updated || counts->deleted || counts->created)) {
    run.writes =
        counts->updated.value_or(0) + counts->deleted.value_or(0) + counts->created.value_or(0);
    run.deletes = counts->deleted.value_or(0) > 0;
  } else if (answered && fate != Fate::kDone && fate != Fate::kUnknown) {
    return std::nullopt;
  } else if (answered ||
             request.target.find("wait_for_completion=false") != std::string_view::npos ||
             request.target.find("requests_per_second") != std::string_view::npos) {
    run.ran.until = std::numeric_limits<TimeNs>::max();  // a task that goes on by itself
  } else {
    run.lasts_as_request = true;
  }
  return run;
}

}  // namespace trafrec::reconcile
