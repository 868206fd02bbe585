// What an answer says of each copy, and what is known of the document then.
//
// 409 has three meanings. Of a condition that nothing fulfils it is what the source had. After a
// copy of which nothing is known it may be that copy's work: the document is read. Else what was
// known of the document was stale: it is read as well, and the write goes out again.

#include "replay/guard/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/dialect/json.h"
#include "replay/dialect/target.h"
#include "replay/guard/form.h"
#include "replay/guard/json_spans.h"
#include "replay/guard/limits.h"
#include "replay/guard/retry_after.h"
#include "replay/guard/settle.h"
#include "replay/guard/whole.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Kind;
using dialect::Operation;
using dialect::Outcome;

/// "version conflict, current version [7] is higher …": the words are the same from 6.8 to 3.8.
int64_t VersionInConflict(std::string_view text) {
  constexpr std::string_view kWords = "current version [";
  const size_t at = text.find(kWords);
  int64_t version = 0;
  if (at != std::string_view::npos) {
    const char* begin = text.data() + at + kWords.size();
    std::from_chars(begin, text.data() + text.size(), version);
  }
  return version;
}

/// For the document's next write.
std::optional<DocumentState> StateAfter(const Item& item, const Outcome& outcome) {
  switch (outcome.fate) {
    case Fate::kNoop:
      if (!outcome.seq_no) {
        return item.known;  // 6.8, and what a pipeline dropped
      }
      [[fallthrough]];
    case Fate::kCreated:
    case Fate::kUpdated:
      // Another id: a pipeline moved it.
      if (!outcome.seq_no || *outcome.seq_no < 0 || !outcome.primary_term ||
          (!outcome.id.empty() && outcome.id != item.id)) {
        return std::nullopt;
      }
      return DocumentState{
          .exists = true, .seq_no = *outcome.seq_no, .primary_term = *outcome.primary_term};
    case Fate::kDeleted:
    case Fate::kNotFound:
      if (!outcome.version) {
        return item.known && !item.known->exists ? item.known : std::nullopt;
      }
      return DocumentState{.exists = false, .version = *outcome.version};
    case Fate::kRefused:
      return item.known;
    default:
      return std::nullopt;
  }
}

void TakeConflict(const Operation& operation, Item& item, Outcome outcome, std::string_view text) {
  // Also without the source's answer, where the client's own condition could not hold.
  const bool expected =
      TouchesNothing(item) &&
      (IsRefusedAtSource(operation, item) ||
       (item.source == nullptr && !item.committed && operation.writing.condition.any()));
  if (expected || !WritesDocument(operation.kind)) {
    Finish(item, std::move(outcome));
    return;
  }
  if (!item.condition) {
    if (item.doubted && HasExternalVersion(operation)) {
      item.met_itself = true;
      Doubt(item, "a conflict after a copy without an answer");
    } else {
      Finish(item, std::move(outcome));
    }
    return;
  }
  if (IsStreamed(item)) {
    if (item.doubted) {
      outcome.fate = Fate::kCreated;
      Finish(item, std::move(outcome),
             "a document of this id is there after a copy without an "
             "answer; a data stream cannot be read by its name");
    } else {
      Finish(item, std::move(outcome));
    }
    return;
  }
  // What the source made is read before a conflict is the end: what was known may be older than a
  // deletion, if a refused operation that waits for nobody brought it back.
  const bool was_made = item.source != nullptr && item.source->fate == Fate::kCreated;
  if (!item.condition->exists && item.known && item.known->exists &&
      (item.stale > 0 || !was_made)) {
    Finish(item, std::move(outcome));  // a create of what was there before its first copy
    return;
  }
  if (!item.condition->exists) {
    const int64_t shown = VersionInConflict(text);
    item.met_itself = shown == item.condition->version + 1;
    item.condition->version = shown;
  }
  item.known.reset();
  if (item.doubted) {
    Doubt(item, "a conflict after a copy without an answer");
    return;
  }
  BeginAgain(item, "a conflict: what was known of the document was stale");
}

/// A document to be updated was known to be there, and is not: an earlier copy deleted it, as
/// scripts may, or what was known was stale.
void TakeAbsence(Item& item) {
  item.known.reset();
  if (item.doubted) {
    Doubt(item, "the document is not there after a copy without an answer");
  } else {
    BeginAgain(item, "no document: what was known of it was stale");
  }
}

/// Whether it says that the target may not be written now, whereas the source might.
bool IsBlocked(const Item& item, const Outcome& outcome) {
  return outcome.error == "cluster_block_exception" &&
         (item.source == nullptr || item.source->fate != Fate::kRefused);
}

/// It may not write here what it wrote at the source. That says who sends it, and nothing of what
/// it would have done. Of whole indices and the cluster it is an outcome as any other: what is dead
/// there stops what waits for it, which may be all that the run is allowed to do.
bool IsForbidden(const Operation& operation, const Item& item, const Outcome& outcome) {
  return (outcome.status == 401 || outcome.status == 403) && WritesDocument(operation.kind) &&
         !IsRefusedAtSource(operation, item);
}

/// What a copy of which nothing is known did can be read, or another one is harmless, or neither.
void DoubtOrGiveUp(const Parcel& parcel, Item& item, const std::string& why) {
  Doubt(item, why);
  if (IsUndecidable(parcel, item)) {
    GiveUpUndecidable(parcel, item);
  }
}

void TakeOutcome(const Parcel& parcel, Item& item, Outcome outcome, std::string_view text,
                 int64_t retry_after_ms) {
  const Operation& operation = parcel.meaning->operations[item.operation];
  const auto said = [&outcome] {
    return fmt::format("the target answered {}{}{}", outcome.status,
                       outcome.error.empty() ? "" : " ", outcome.error);
  };
  // 503 may come from a node that went down over it.
  if (outcome.status == 503 && operation.mutation && !item.condition &&
      operation.repeat == dialect::Repeat::kAdds) {
    DoubtOrGiveUp(parcel, item, said());
    item.retry_after_ms = retry_after_ms;
    return;
  }
  if (outcome.fate == Fate::kRejected || IsBlocked(item, outcome)) {
    item.doubted = item.doubted || outcome.status == 503;
    Postpone(item, said(), retry_after_ms);
    return;
  }
  if (outcome.running && item.source != nullptr && !item.source->running) {
    // Whoever asked the source went on with what the task had done. It may take any time.
    item.tries -= std::min(item.tries, 1U);
    Postpone(item, "what it asks for has not ended at the target", limits::kAskAgainMs);
    return;
  }
  if (IsForbidden(operation, item, outcome)) {
    GiveUp(item, Cause::kForbidden,
           said() + ", which the source did not: the run may not do that there");
    item.result.status = outcome.status;
    return;
  }
  if (outcome.fate == Fate::kFailed && ++item.failures >= limits::kFailures) {
    GiveUp(item, Cause::kFailing, fmt::format("{}, {} times", said(), item.failures));
    return;
  }
  if (outcome.fate == Fate::kUnknown || outcome.fate == Fate::kFailed) {
    if (!operation.mutation) {
      Postpone(item, said(), retry_after_ms);
    } else {
      DoubtOrGiveUp(parcel, item, said());
      item.retry_after_ms = retry_after_ms;
    }
    return;
  }
  const auto depends_on_moment = [](Fate fate) {
    return fate == Fate::kConflict || fate == Fate::kNotFound;
  };
  if (TouchesNothing(item) && IsRefusedAtSource(operation, item) &&
      depends_on_moment(outcome.fate) && depends_on_moment(item.source->fate)) {
    // Whether the document was there just then is chance; that it was not touched is not.
    outcome.fate = item.source->fate;
    Finish(item, std::move(outcome));
    return;
  }
  if (outcome.fate == Fate::kConflict) {
    TakeConflict(operation, item, std::move(outcome), text);
    return;
  }
  if (outcome.fate == Fate::kNotFound && operation.kind == Kind::kUpdate && item.condition &&
      item.condition->exists && !TouchesNothing(item)) {
    TakeAbsence(item);
    return;
  }
  if (WritesDocument(operation.kind)) {
    item.known = StateAfter(item, outcome);
  }
  Finish(item, std::move(outcome));
}

/// `what` came in place of an answer.
void TakeNoAnswer(Parcel& parcel, const Reply& reply, const std::string& what) {
  for (Item& item : parcel.items) {
    const Operation& operation = parcel.meaning->operations[item.operation];
    if (!item.open()) {
      continue;
    }
    if (!reply.sent || !operation.mutation) {
      Postpone(item, what, 0);
    } else {
      DoubtOrGiveUp(parcel, item, what);
    }
  }
}

/// `{"create":{…}}` of a bulk's answer under the name that the request's action has.
std::string UnderItsName(std::string_view item, Kind kind) {
  const std::string_view name = dialect::NameOf(kind);
  if (item.starts_with("{\"") && item.substr(2).starts_with(name) &&
      item.substr(2 + name.size()).starts_with('"')) {
    return std::string(item);
  }
  const auto members = Members(item);
  if (!members || members->empty()) {
    return std::string(item);
  }
  return fmt::format("{{\"{}\":{}}}", name, members->front().value.In(item));
}

/// The operations that went out, as far as an answer is read by them: of a bulk the open ones,
/// which are put into `part`; of lists of gets and searches all, because these are always sent
/// whole.
const dialect::Meaning& MeaningOfSent(const Parcel& parcel, const std::vector<Item*>& sent,
                                      dialect::Meaning& part) {
  const dialect::Meaning& meaning = *parcel.meaning;
  if (meaning.kind != Kind::kBulk) {
    return meaning;
  }
  part.kind = meaning.kind;
  part.mutation = meaning.mutation;
  for (const Item* item : sent) {
    dialect::Operation& added = part.operations.emplace_back();
    added.item = static_cast<uint32_t>(part.operations.size() - 1);
    added.kind = meaning.operations[item->operation].kind;
  }
  return part;
}

bool IsOfDocuments(Kind kind) {
  return kind == Kind::kBulk || kind == Kind::kIndex || kind == Kind::kCreate ||
         kind == Kind::kUpdate || kind == Kind::kDelete;
}

/// Keeps what Assemble puts together. Returns each item's text, if there are as many as were sent.
std::vector<std::string_view> KeepItems(const dialect::Meaning& sent_meaning,
                                        const std::vector<Item*>& sent, std::string_view body,
                                        const std::vector<Member>& members) {
  std::vector<std::string_view> texts;
  for (const Member& member : members) {
    const std::string_view value = member.value.In(body);
    if (member.key == "took" && !sent.empty()) {
      sent[0]->took_ms += dialect::IntegerOf(std::string(value)).value_or(0);
    } else if (member.key == "items") {
      for (const dialect::ByteRange& range :
           Elements(value).value_or(std::vector<dialect::ByteRange>())) {
        texts.push_back(range.In(value));
      }
    }
  }
  if (texts.size() != sent.size()) {
    return {};
  }
  for (size_t i = 0; i < sent.size(); ++i) {
    sent[i]->body_of_result = UnderItsName(texts[i], sent_meaning.operations[i].kind);
  }
  return texts;
}

}  // namespace

void TakeSearchReply(Parcel& parcel, const Reply& reply) {
  if (!reply.answer) {
    TakeNoAnswer(parcel, reply, WhatCame(reply));
    return;
  }
  const message::Answer& answer = *reply.answer;
  std::optional<std::vector<Member>> members;
  if (IsOfDocuments(parcel.meaning->kind) && answer.status < 300) {
    members = Members(answer.body);
    if (!members) {
      TakeNoAnswer(parcel, reply, WhatCame(reply) + " with a body that is no JSON object");
      return;
    }
  }
  std::vector<Item*> sent;
  for (Item& item : parcel.items) {
    if (item.open()) {
      sent.push_back(&item);
    }
  }
  dialect::Meaning part;
  const dialect::Meaning& meaning = MeaningOfSent(parcel, sent, part);
  dialect::Answer read =
      dialect::SearchDialect().ReadAnswer(meaning, {answer.status, {}, answer.body});
  std::vector<std::string_view> texts;
  if (members && meaning.kind == Kind::kBulk) {
    texts = KeepItems(meaning, sent, answer.body, *members);
    if (texts.empty() && parcel.meaning->trouble.empty() &&
        !dialect::ParseTarget(parcel.request->target).Find("filter_path")) {
      TakeNoAnswer(parcel, reply, WhatCame(reply) + " with a body that does not tell of each item");
      return;
    }
  }
  const int64_t retry_after_ms = RetryAfterMs(reply);
  for (size_t i = 0; i < sent.size(); ++i) {
    const Operation& operation = parcel.meaning->operations[sent[i]->operation];
    const size_t place = meaning.kind == Kind::kBulk ? i : sent[i]->operation;
    if (operation.mutation && !WritesDocument(operation.kind) &&
        TakeWholeAnswer(*parcel.meaning, *sent[i], read, place)) {
      continue;
    }
    TakeOutcome(parcel, *sent[i], std::move(read.outcomes[place]),
                texts.empty() ? std::string_view(answer.body) : texts[i], retry_after_ms);
  }
}

}  // namespace trafrec::guard
