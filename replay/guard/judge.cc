// What a reading says of an item in doubt.
//
// This run is the only writer of these documents, and the document's next mutation waits. So a
// document that is no longer what the copy's condition says was changed by that copy; one that
// still is was not, and the same condition goes out again: of the two copies the target takes one.
// Where the document can show it, it must be this copy's work: else what was known of it had been
// stale, and the copy was refused.

#include "replay/guard/judge.h"

#include <fmt/format.h>

#include <utility>

#include "replay/guard/form.h"
#include "replay/guard/json_spans.h"
#include "replay/guard/settle.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Kind;
using dialect::Operation;

constexpr std::string_view kByReading = "seen by reading: ";

/// Whether the document shows what this copy did: not a script's work, nor a pipeline's.
bool ShowsItsWrite(const Operation& operation) {
  return operation.kind != Kind::kDelete && !operation.writing.scripted &&
         operation.writing.pipeline.empty();
}

void JudgeCreate(const Parcel& parcel, const Operation& operation, Item& item,
                 const Document& document, bool was_there) {
  if (operation.kind == Kind::kDelete) {
    // Nothing was there to delete, and now something is: made by somebody else.
    BeginAgain(item, "a document is there that nothing of this run made");
    return;
  }
  if (operation.writing.automatic_id) {
    FinishByReading(item, Fate::kCreated, 201, document,
                    "the document with the source's id is there");
    return;
  }
  if (SameJson(NewDocument(parcel, operation), document.source)) {
    FinishByReading(item, Fate::kCreated, 201, document,
                    "the document is there, and it is this request's");
    return;
  }
  if (was_there || (item.source != nullptr && item.source->fate == Fate::kConflict)) {
    FinishByReading(item, Fate::kConflict, 409, document, "another document is there");
    return;
  }
  GiveUp(item, Cause::kUndecidable,
         fmt::format("after a copy without an answer there is a document that is not this "
                     "request's (version {}, _seq_no {}): a pipeline changed it, or it was "
                     "there before",
                     document.version, document.state.seq_no));
}

void JudgeExternal(const Parcel& parcel, const Operation& operation, Item& item,
                   const Document& document) {
  const dialect::Condition& condition = operation.writing.condition;
  if (operation.kind == Kind::kDelete && !document.state.exists && item.met_itself) {
    FinishByReading(item, Fate::kDeleted, 200, document, "the document is not there");
    return;
  }
  if (document.state.exists && document.version > *condition.version) {
    FinishByReading(item, Fate::kConflict, 409, document, "a later version is there");
    return;
  }
  const bool is_ours = document.state.exists && operation.kind != Kind::kDelete &&
                       document.version == *condition.version;
  if (is_ours && (condition.version_type == dialect::VersionType::kExternal ||
                  SameJson(NewDocument(parcel, operation), document.source))) {
    // Whether a document was there before, nobody sees; what the source found was there.
    item.as_at_source = true;
    const bool created = item.source != nullptr && item.source->fate == Fate::kCreated;
    FinishByReading(item, created ? Fate::kCreated : Fate::kUpdated, created ? 201 : 200, document,
                    "the version is there");
    return;
  }
  item.stage = Stage::kFresh;
}

/// Whether the document is as the write of one that was there leaves it.
bool IsWritten(const Parcel& parcel, const Operation& operation, const Document& document) {
  if (!ShowsItsWrite(operation)) {
    return operation.kind != Kind::kDelete;
  }
  const std::string body = BodyOf(parcel, operation);
  return operation.kind == Kind::kUpdate ? ContainsJson(document.source, MemberOf(body, "doc"))
                                         : SameJson(body, document.source);
}

/// The copy followed a document that was there.
void JudgeChange(const Parcel& parcel, const Operation& operation, Item& item,
                 const Document& document) {
  const DocumentState& before = *item.condition;
  if (!document.state.exists) {
    // A script may delete.
    if (operation.kind == Kind::kDelete || operation.writing.scripted) {
      FinishByReading(item, Fate::kDeleted, 200, document, "the document is gone");
    } else {
      BeginAgain(item, "the document is gone, which this run did not do");
    }
  } else if (document.state.seq_no == before.seq_no &&
             document.state.primary_term == before.primary_term) {
    item.stage = Stage::kFresh;
  } else if (IsWritten(parcel, operation, document)) {
    FinishByReading(item, Fate::kUpdated, 200, document, "the document has changed since");
  } else {
    BeginAgain(item, "the document has changed, but not by this copy");
  }
}

}  // namespace

bool NeedsSource(const Item& item, const Operation& operation) {
  if (item.stage != Stage::kInDoubt || operation.kind == Kind::kDelete) {
    return false;
  }
  if (HasExternalVersion(operation)) {
    return operation.writing.condition.version_type == dialect::VersionType::kExternalGte;
  }
  if (!item.condition) {
    return false;
  }
  return item.condition->exists ? ShowsItsWrite(operation) : !operation.writing.automatic_id;
}

void FinishByReading(Item& item, Fate fate, int status, const Document& document,
                     std::string_view why) {
  dialect::Outcome outcome{.fate = fate, .status = status, .id = item.id};
  if (document.state.exists) {
    outcome.seq_no = document.state.seq_no;
    outcome.primary_term = document.state.primary_term;
    outcome.version = document.version;
  }
  item.body_of_result.clear();  // of an answer that said less
  Finish(item, std::move(outcome), fmt::format("{}{}", kByReading, why));
}

void Judge(const Parcel& parcel, const Operation& operation, Item& item, const Document& document,
           bool was_there) {
  item.doubted = true;
  if (HasExternalVersion(operation)) {
    JudgeExternal(parcel, operation, item, document);
  } else if (!item.condition) {  // a scripted upsert where nothing was
    if (document.state.exists) {
      FinishByReading(item, Fate::kCreated, 201, document, "the document is there");
    } else {
      GiveUp(item, Cause::kUndecidable,
             "an update whose script makes the document takes no condition: a copy without an "
             "answer may be carried out late, and another one would be carried out, too");
    }
  } else if (item.condition->exists) {
    JudgeChange(parcel, operation, item, document);
  } else if (document.state.exists) {
    JudgeCreate(parcel, operation, item, document, was_there);
  } else if (operation.kind == Kind::kDelete && item.met_itself) {
    FinishByReading(item, Fate::kNotFound, 404, document,
                    "the deletion of nothing left its version");
  } else {
    item.stage = Stage::kFresh;
  }
}

}  // namespace trafrec::guard
