// Under which condition a document is written.
//
// A copy that the target got late is carried out late: after the next write of the same document,
// if nothing forbids it. So each copy, the first one too, names the state of the document that it
// follows. Three conditions do that: if_seq_no for a document that is there; for one that is not,
// version_type=external with the version that an ordinary write would give; and a number that no
// document has, for what the source refused: with 409 or 404 because of what the document was just
// then, which is not in the order of those that changed it, or with 400. Rejected: op_type=create
// for new documents. It lets a late copy through after the document was deleted again, whereas an
// external version is compared with what the deletion left.

#include "replay/guard/form.h"

#include "replay/dialect/target.h"
#include "replay/guard/json_spans.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Kind;
using dialect::Operation;

Fate FateAtSource(const Item& item) {
  return item.source == nullptr ? Fate::kUnknown : item.source->fate;
}

/// Of a document that is not there, as far as it is known.
DocumentState Absent(const Item& item) {
  return item.known && !item.known->exists ? *item.known : DocumentState{};
}

/// What follows the document as it is at the target.
Choice OnWhatIsThere(const Item& item) {
  return item.known ? Choice{.condition = item.known} : Choice{.read = true};
}

/// A client's if_seq_no or version of which no answer says whether it held: it holds if the
/// document is the one that it meant.
Choice OnClientsCondition(const Parcel& parcel, const Item& item,
                          const dialect::Condition& condition) {
  if (!condition.if_seq_no || !condition.if_primary_term || !parcel.source_numbers) {
    return {.condition = kNever};
  }
  const auto meant = parcel.source_numbers(item, *condition.if_seq_no, *condition.if_primary_term);
  if (!meant || !meant->exists) {
    return {.condition = kNever};
  }
  if (!item.known) {
    return {.read = true};
  }
  const bool is_there = item.known->exists && item.known->seq_no == meant->seq_no &&
                        item.known->primary_term == meant->primary_term;
  return {.condition = is_there ? *item.known : kNever};
}

Choice ChooseForDelete(const Item& item) {
  const Fate fate = FateAtSource(item);
  if (fate == Fate::kNotFound && item.source->error == "index_not_found_exception") {
    return {.condition = kNever};  // an external version would make the index
  }
  if (!item.known && fate == Fate::kNotFound && item.stale == 0) {
    return {.condition = DocumentState{}};
  }
  if (item.known && !item.known->exists && item.index_missing) {
    return {.condition = kNever};
  }
  return OnWhatIsThere(item);
}

Choice ChooseForUpdate(const Parcel& parcel, const Item& item, const Operation& operation) {
  const Fate fate = FateAtSource(item);
  if (Upserts(parcel, operation)) {
    const bool absent =
        item.known ? !item.known->exists : item.stale == 0 && fate == Fate::kCreated;
    if (absent && IsScriptedUpsert(parcel, operation)) {
      return {};
    }
    return absent ? Choice{.condition = Absent(item)} : OnWhatIsThere(item);
  }
  if (item.known && !item.known->exists) {
    return {.condition = kNever};  // 404; and so it stays if the copy comes when there is one
  }
  return OnWhatIsThere(item);
}

}  // namespace

bool TouchesNothing(const Item& item) {
  return item.condition && item.condition->exists && item.condition->seq_no == kNever.seq_no;
}

bool HasExternalVersion(const Operation& operation) {
  const dialect::Condition& condition = operation.writing.condition;
  return condition.version && condition.version_type != dialect::VersionType::kInternal;
}

bool IsRefusedAtSource(const Operation& operation, const Item& item) {
  const Fate fate = FateAtSource(item);
  if (fate == Fate::kNotFound && operation.kind == Kind::kDelete) {
    // It is carried out, and has its place in the order, unless there was no index.
    return !item.source->error.empty();
  }
  return fate == Fate::kConflict || fate == Fate::kRefused || fate == Fate::kNotFound;
}

bool IsStreamed(const Item& item) {
  return item.source != nullptr && item.source->index.starts_with(".ds-");
}

std::string BodyOf(const Parcel& parcel, const Operation& operation) {
  const std::string& body = parcel.request->body;
  if (operation.source.length > 0) {
    return std::string(operation.source.In(body));
  }
  if (!body.empty()) {
    return body;
  }
  return std::string(dialect::ParseTarget(parcel.request->target).Find("source").value_or(""));
}

std::string NewDocument(const Parcel& parcel, const Operation& operation) {
  std::string body = BodyOf(parcel, operation);
  if (operation.kind != Kind::kUpdate) {
    return body;
  }
  const bool doc = MemberOf(body, "doc_as_upsert") == "true";
  return std::string(MemberOf(body, doc ? "doc" : "upsert"));
}

bool Upserts(const Parcel& parcel, const Operation& operation) {
  if (operation.kind != Kind::kUpdate || operation.writing.upserts ||
      !parcel.request->body.empty()) {
    return operation.writing.upserts;
  }
  const std::string body = BodyOf(parcel, operation);
  return !MemberOf(body, "upsert").empty() || MemberOf(body, "doc_as_upsert") == "true";
}

bool IsScriptedUpsert(const Parcel& parcel, const Operation& operation) {
  return Upserts(parcel, operation) && operation.writing.scripted &&
         MemberOf(BodyOf(parcel, operation), "scripted_upsert") == "true";
}

Choice Choose(const Parcel& parcel, const Item& item) {
  const Operation& operation = parcel.meaning->operations[item.operation];
  if (!WritesDocument(operation.kind) || (operation.writing.automatic_id && item.id.empty())) {
    return {};
  }
  const Fate fate = FateAtSource(item);
  if (IsRefusedAtSource(operation, item)) {
    // A data stream takes creates only, and no other condition.
    return {.condition = IsStreamed(item) ? DocumentState{} : kNever};
  }
  if (HasExternalVersion(operation)) {
    return {};
  }
  if (operation.kind == Kind::kCreate || operation.writing.automatic_id) {
    return item.known || item.stale == 0 ? Choice{.condition = Absent(item)} : Choice{.read = true};
  }
  if (operation.writing.condition.any() && fate == Fate::kUnknown && !item.committed) {
    return OnClientsCondition(parcel, item, operation.writing.condition);
  }
  switch (operation.kind) {
    case Kind::kDelete:
      return ChooseForDelete(item);
    case Kind::kUpdate:
      return ChooseForUpdate(parcel, item, operation);
    default:
      break;
  }
  if (!item.known && fate == Fate::kCreated && item.stale == 0) {
    return {.condition = DocumentState{}};
  }
  return OnWhatIsThere(item);
}

bool NeedsReading(const Parcel& parcel, const Item& item) {
  const Operation& operation = parcel.meaning->operations[item.operation];
  if (!item.open() || !WritesDocument(operation.kind)) {
    return false;
  }
  if (item.stage == Stage::kFresh) {
    return Choose(parcel, item).read;
  }
  if (item.stage == Stage::kRetry || IsStreamed(item)) {
    return false;
  }
  if (!item.condition) {
    return HasExternalVersion(operation) || IsScriptedUpsert(parcel, operation);
  }
  return !TouchesNothing(item);
}

}  // namespace trafrec::guard
