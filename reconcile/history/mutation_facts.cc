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

/// Whether an answer says that it took a number, be it by its status alone: an update may be a
/// noop.
bool Succeeded(const dialect::Outcome& outcome, Kind kind) {
  switch (outcome.fate) {
    case Fate::kCreated:
    case Fate::kUpdated:
    case Fate::kDeleted:
      return true;
    case Fate::kDone:
      return kind != Kind::kUpdate && dialect::WritesDocument(kind);
    case Fate::kNotFound:
      return kind == Kind::kDelete && outcome.in_words;
    default:
      return false;
  }
}

/// No shard would take it in time, or no master: what a node that is gone did of it is not known.
bool IsGivenUp(const dialect::Outcome& outcome) {
  return outcome.status == 503 && outcome.error != "cluster_block_exception";
}

/// How many numbers a by-query request took; nothing: a client had it taken out of the answer.
std::optional<int64_t> WritesIn(const dialect::ByQueryCounts& counts, bool deletes, bool makes) {
  if (!counts.deleted || (!deletes && !counts.updated) || (makes && !counts.created)) {
    return std::nullopt;
  }
  return *counts.deleted + counts.updated.value_or(0) + counts.created.value_or(0);
}

/// Of a by-query request: what its script has. `more`: it takes sources from elsewhere, or gives
/// them to a pipeline.
Writer WriterOf(const std::string& script, bool more) {
  Writer writer =
      Writer::OfBody(script.empty() ? std::string("{}") : "{\"script\":" + script + "}");
  writer = std::move(writer).ForEach();
  return more ? std::move(writer).AndMore() : writer;
}

}  // namespace

std::string_view BodyOf(const dialect::RequestView& request, const dialect::Operation& operation) {
  return operation.action.length > 0 ? operation.source.In(request.body) : request.body;
}

bool IsWhole(const store::StoredMessage& message) {
  store::Flags broken = 0;
  for (const Flag flag : {Flag::kRequestTruncated, Flag::kResponseTruncated, Flag::kGapInRequest,
                          Flag::kGapInResponse, Flag::kEvicted, Flag::kWithheld, Flag::kSnaplenCut,
                          Flag::kBodyShed, Flag::kBodyMissing, Flag::kBodyRefused}) {
    broken |= store::FlagBit(flag);
  }
  return (message.facts.flags & broken) == 0;
}

dialect::Meaning MeaningOf(const dialect::Dialect& dialect, const dialect::RequestView& request,
                           bool answered, bool has_hole) {
  dialect::Meaning meaning = dialect.Understand(request);
  if (meaning.kind == Kind::kBulk && (meaning.operations.empty() || has_hole) && !answered) {
    const auto items = static_cast<uint32_t>(meaning.operations.size());
    dialect::Operation& rest = meaning.operations.emplace_back();
    rest.item = items;
    rest.kind = Kind::kBulk;
    rest.mutation = true;
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

bool IsTheSources(const dialect::Meaning& meaning, const dialect::AnswerView& answer,
                  bool unreadable, bool whole) {
  if (!meaning.mutation) {
    return true;
  }
  const std::string_view type = dialect::FieldOf(answer.headers, "content-type");
  const auto is = [type](std::string_view form) {
    return type.find(form) != std::string_view::npos;
  };
  return is("yaml") || is("cbor") || is("smile") || (whole ? !unreadable : is("json"));
}

void ForgetOutcomes(std::vector<dialect::Outcome>& outcomes) {
  for (dialect::Outcome& outcome : outcomes) {
    outcome = {.item = outcome.item, .status = outcome.status};
  }
}

bool SaysSuccess(int status) { return status >= 200 && status < 300; }

Connection ConnectionOf(const store::StoredExchange& exchange) {
  return {exchange.connection.client, exchange.connection.server};
}

bool TookNumber(const dialect::Operation& operation, const dialect::Outcome& outcome) {
  const dialect::Key* key = dialect::FindDocument(operation.keys);
  const bool named = !outcome.id.empty() || (key != nullptr && !key->id.empty());
  return named && outcome.TookSeqNo() && outcome.version && outcome.primary_term &&
         dialect::WritesDocument(operation.kind);
}

std::optional<Question::Told> ToldBy(const dialect::Operation& operation,
                                     const dialect::Outcome& outcome, bool answered,
                                     const std::optional<dialect::ByQueryCounts>& counts) {
  if (IsOpen(outcome, answered, operation)) {
    return std::nullopt;
  }
  if (operation.kind == Kind::kByQuery || operation.kind == Kind::kReindex) {
    if (!counts) {
      return std::nullopt;
    }
    const int64_t done =
        counts->created.value_or(0) + counts->updated.value_or(0) + counts->deleted.value_or(0);
    return Question::Told{.committed = done > 0};
  }
  const bool took = TookNumber(operation, outcome);
  return Question::Told{.committed = took || outcome.fate == Fate::kDone,
                        .seq_no = took ? outcome.seq_no : std::nullopt};
}

bool IsOpen(const dialect::Outcome& outcome, bool answered, const dialect::Operation& operation) {
  if (TookNumber(operation, outcome)) {
    return false;
  }
  const bool writes = dialect::WritesDocument(operation.kind);
  switch (outcome.fate) {
    case Fate::kUnknown:
    case Fate::kFailed:
      return true;
    case Fate::kCreated:
    case Fate::kUpdated:
    case Fate::kDeleted:
      return writes;  // done, but its number was cut off
    case Fate::kDone:
      return writes || !answered;
    case Fate::kNotFound:
      // The deletion of what is not there takes a number, unless the index is not there.
      return operation.kind == Kind::kDelete && outcome.error.empty();
    case Fate::kRejected:
      return IsGivenUp(outcome) && operation.kind != Kind::kWrite;
    default:
      return false;
  }
}

bool WasTurnedDown(const dialect::Outcome& outcome) {
  return outcome.fate == Fate::kRefused || outcome.fate == Fate::kNotFound ||
         outcome.fate == Fate::kConflict ||
         (outcome.fate == Fate::kRejected && !IsGivenUp(outcome));
}

bool MayTakeNumber(const dialect::Outcome& outcome) {
  constexpr std::array<std::string_view, 4> kBefore = {
      "mapper_parsing_exception", "strict_dynamic_mapping_exception", "index_not_found_exception",
      "document_parsing_exception"};
  return outcome.fate == Fate::kRefused &&
         std::ranges::find(kBefore, outcome.error) == kBefore.end();
}

bool SetsVersions(const dialect::Operation& operation, std::string_view body) {
  const dialect::Condition& condition = operation.writing.condition;
  return operation.kind == Kind::kReindex
             ? body.find("version_type") != std::string_view::npos
             : condition.version && condition.version_type != dialect::VersionType::kInternal;
}

Change ChangeOf(const dialect::Operation& operation, const json::Tree* body) {
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
  const BodyTree tree(body);
  const bool writes_always =
      operation.kind == Kind::kUpdate && writing.scripted && AlwaysWrites(ScriptIn(tree.get()));
  Question question{.kind = operation.kind, .automatic_id = writing.automatic_id};
  if (const dialect::Key* key = dialect::FindDocument(operation.keys)) {
    question.document = {key->name, key->id, key->routing};
  }
  question.makes = operation.kind == Kind::kIndex || operation.kind == Kind::kCreate ||
                   (operation.kind == Kind::kUpdate && writing.upserts);
  question.deletes = operation.kind == Kind::kDelete ||
                     (operation.kind == Kind::kUpdate && writing.scripted && !writes_always);
  question.external = SetsVersions(operation, body);
  question.condition = writing.condition;
  question.retries = writing.retry_on_conflict.value_or(0);
  question.through = writing.pipeline;
  question.piped = !writing.pipeline.empty();
  question.traits = TraitsOf(operation, tree.get());
  question.unconditional = !writing.condition.any() && !question.piped &&
                           (operation.kind == Kind::kIndex || operation.kind == Kind::kCreate ||
                            operation.kind == Kind::kDelete || writes_always);
  question.change = ChangeOf(operation, tree.get());
  question.tokens = Tokens(tree.get());
  question.writer = question.piped ? Writer::OfBody(body).AndMore() : Writer::OfBody(body);
  question.hard_to_index = operation.kind != Kind::kDelete && body.size() > limits::kTermBytes;
  question.status_seen = Succeeded(outcome, operation.kind) && !question.piped;
  return question;
}

std::optional<ByQueryRun> ByQueryRunOf(const dialect::RequestView& request,
                                       const dialect::Operation& operation,
                                       const dialect::Answer& answer, bool answered,
                                       const Span& ran, const Mapping* mapping) {
  const std::string script = ScriptIn(BodyTree(request.body).get());
  ByQueryRun run{
      .ran = ran,
      .change = {.how = Change::How::kScripts, .script = script},
      .writer = WriterOf(script, operation.kind == Kind::kReindex ||
                                     request.target.find("pipeline=") != std::string_view::npos),
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
  const dialect::Outcome& outcome = answer.outcomes.front();
  if (answered && answer.by_query) {
    const bool only_deletes = request.target.find("_delete_by_query") != std::string_view::npos;
    run.writes = WritesIn(*answer.by_query, only_deletes, run.makes);
  }
  if (run.writes) {
    run.deletes = answer.by_query->deleted > 0;
  } else if (answered && WasTurnedDown(outcome) && !outcome.error.empty()) {
    return std::nullopt;  // before it began: else there are counts
  } else if (outcome.status != 0 ||
             request.target.find("wait_for_completion=false") != std::string_view::npos ||
             request.target.find("requests_per_second") != std::string_view::npos) {
    run.ran.until = std::numeric_limits<TimeNs>::max();  // a task that goes on by itself
  } else {
    run.lasts_as_request = true;
  }
  return run;
}

}  // namespace trafrec::reconcile
