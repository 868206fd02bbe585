#pragma once

#include <optional>
#include <string_view>

#include "reconcile/history/facts.h"
#include "replay/dialect/dialect.h"
#include "replay/dialect/outcome.h"
#include "replay/dialect/request.h"
#include "store/reader/log_reader.h"

// What single operations of a request are to their documents. Pure functions.

namespace trafrec::reconcile {

/// The bytes of one operation in the body of its request.
std::string_view BodyOf(const dialect::RequestView& request, const dialect::Operation& operation);

/// Whether the message is there from its first byte to its last.
bool IsWhole(const store::StoredMessage& message);
bool IsWhole(const std::optional<store::StoredMessage>& message);

/// What the request means. A bulk of which no item can be read, and that nobody answered, is one
/// operation as a whole; so are the items behind a hole in one, which comes after the others.
dialect::Meaning MeaningOf(const dialect::Dialect& dialect, const dialect::RequestView& request,
                           bool answered, bool has_hole);

/// Whether an answer to a mutation is the service's own, and not that of something in between,
/// which says nothing of what the service did. `unreadable`: its body is. `whole`: all of it is
/// there.
bool IsTheSources(const dialect::Meaning& meaning, const dialect::AnswerView& answer,
                  bool unreadable, bool whole);
/// What such an answer says is not so.
void ForgetOutcomes(std::vector<dialect::Outcome>& outcomes);
bool SaysSuccess(int status);

Connection ConnectionOf(const store::StoredExchange& exchange);

/// When it was carried out, if it was.
Span SpanOf(const store::StoredExchange& exchange);

/// Whether the answer says which number a write of which document took.
bool TookNumber(const dialect::Operation& operation, const dialect::Outcome& outcome);

/// What an answer says became of an operation; nothing if it does not say. `answered`: it is whole;
/// `counts`: of a by-query request, or a reindex.
std::optional<Question::Told> ToldBy(const dialect::Operation& operation,
                                     const dialect::Outcome& outcome, bool answered,
                                     const std::optional<dialect::ByQueryCounts>& counts);

/// Whether what became of an operation is not known, or not under which number.
bool IsOpen(const dialect::Outcome& outcome, bool answered, const dialect::Operation& operation);

/// Whether an answer says that it was not carried out.
bool WasTurnedDown(const dialect::Outcome& outcome);

/// Whether a refused operation may have cost a number: documents that Lucene will not have.
bool MayTakeNumber(const dialect::Outcome& outcome);

/// The document's version is not counted by the source: the client sets it, or a reindexing takes
/// it over. `body`: the request's.
bool SetsVersions(const dialect::Operation& operation, std::string_view body);

/// `body`: its source, or what an update has; null: no JSON.
Change ChangeOf(const dialect::Operation& operation, const json::Tree* body);

Write WriteOf(const store::ExchangeId& id, const dialect::Operation& operation,
              const dialect::Key& key, const dialect::Outcome& outcome, const Span& ran);

/// Without its place in the log, its mapping and its tokens.
Question QuestionOf(const dialect::Operation& operation, const dialect::Outcome& outcome,
                    std::string_view body);

/// Nothing if it was refused as a whole. `mapping`: of the only index that it names; null: not
/// known.
std::optional<ByQueryRun> ByQueryRunOf(const dialect::RequestView& request,
                                       const dialect::Operation& operation,
                                       const dialect::Answer& answer, bool answered,
                                       const Span& ran, const Mapping* mapping);

}  // namespace trafrec::reconcile
