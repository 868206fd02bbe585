// What an operation did if its request was carried out.
//
// An index and a delete write, whatever is there. All others need something of the document: a
// create that it is not there, an update that it is, a condition its number or version. Proven is
// that only if no history that fits has it otherwise, as long as the request may have run. Presumed
// (carried out) it is more often: a request runs as fast as others of its time, so that what came
// later, or was done before, is no rival; only those are that may have run just then. What the
// answered operations of 98 logs fared like says how near a rival has to be (docs/reconcile.md).

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

#include "reconcile/history/limits.h"
#include "reconcile/model/slot_rules.h"

namespace trafrec::reconcile {

using dialect::Kind;

namespace {

/// A by-query request that wrote so few of the documents that are known is not presumed to have
/// found one of which nobody knows whether its query does.
constexpr int64_t kOthersForEach = 100;

/// `ctx.op = 'delete'`, and nothing else.
bool AlwaysDeletes(const std::string& script) {
  std::string plain;
  for (const char c : script) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '"' && c != '\'' && c != ';' &&
        c != '\\') {
      plain.push_back(c);
    }
  }
  return plain == "ctx.op=delete" || plain == "{source:ctx.op=delete}" ||
         plain == "{lang:painless,source:ctx.op=delete}" ||
         plain == "{source:ctx.op=delete,lang:painless}";
}

}  // namespace

/// Whether the index takes its source: its mapping says so, or (presumed) it took the like.
bool SlotRules::IsTaken(const Question& question) const {
  return question.fit == Fit::kTaken ||
         (assumptions_.carried_out && question.fit == Fit::kUnknown && question.like_taken &&
          !question.hard_to_index);
}

bool SlotRules::MustCommit(size_t number, const Document& document) const {
  const Question& question = history_.questions[number];
  if (question.done()) {
    return true;
  }
  if (question.alone || history_.turned_away ||
      (!question.unconditional && !assumptions_.carried_out) ||
      (assumptions_.carried_out && !question.place_taken)) {
    return false;
  }
  if (question.condition.any()) {
    return assumptions_.carried_out && IsTaken(question) && MeetsConditionNow(number, document);
  }
  switch (question.kind) {
    case Kind::kDelete:
      return true;
    case Kind::kIndex:
      return IsTaken(question);
    case Kind::kCreate:
      return IsTaken(question) && IsSurely(Presence::kAbsent, number, document);
    case Kind::kUpdate:
      return MustUpdate(number, document);
    default:
      return false;
  }
}

/// Every stretch in which it may run, with the versions between them, is so.
bool SlotRules::IsSurely(Presence presence, size_t number, const Document& document) const {
  const Span runs = RunOf(history_.questions[number]);
  Presence state = index_.made_in_log ? Presence::kAbsent : Presence::kUnknown;
  for (const Slot& slot : document.slots) {
    if (slot.ran.Meets(runs) && !slot.deletes &&
        (slot.before != presence ||
         (presence == Presence::kAbsent ? MayMake(slot, slot.UpTo(runs.until), number)
                                        : MayDelete(slot, slot.UpTo(runs.until), number)))) {
      return assumptions_.carried_out && IsSoNow(presence, number, document);
    }
  }
  for (const Point& point : document.points) {
    if (point.ran.Meets(runs) && (point.after != presence || point.before != presence)) {
      return assumptions_.carried_out && IsSoNow(presence, number, document);
    }
    if (point.ran.until < runs.from) {
      state = point.after;
    }
  }
  return state == presence;
}

/// The same of the time in which it presumably ran, and of what is presumed of others: what is
/// known of the document before was still so, as long as nobody whom the log shows may have changed
/// it by then. An id that nobody named before a create is new.
bool SlotRules::IsSoNow(Presence presence, size_t number, const Document& document) const {
  const Question& question = history_.questions[number];
  const Span now = history_.requests[question.request].RunsAtOnce();
  const Presence other = presence == Presence::kAbsent ? Presence::kPresent : Presence::kAbsent;
  const Point* last = nullptr;
  for (const Point& point : document.points) {
    if (point.ran.until < now.from) {
      last = &point;
    } else if (point.ran.Meets(now) &&
               (presence == Presence::kAbsent ? point.before == presence && point.after == other
                                              : point.before == other || point.after == other)) {
      return false;  // whose turn it was first, nobody knows
    }
  }
  if (last == nullptr) {
    return presence == Presence::kAbsent && question.kind == Kind::kCreate && index_.made_in_log &&
           !MayHaveRivals(presence, number, document, {index_.made_at, now.until}) &&
           !LostMeets({index_.made_at, now.until});
  }
  const Span since{std::max(last->ran.from, last->current_at), now.until};
  // What a flow lost is not likely to have deleted it, unlike a time in which nobody recorded. But
  // it may have made it again, since clients do that with what they have deleted.
  const bool stays = presence == Presence::kPresent && question.kind == Kind::kUpdate;
  return last->after == presence && !MayHaveRivals(presence, number, document, since) &&
         !MayHaveLost(history_, index_, since, stays || assumptions_.apart);
}

/// Whether its query finds the document, as far as is known, or so many others that it may be
/// among them.
bool SlotRules::PresumablyFinds(const ByQueryRun& run, const Slot& slot) const {
  const Document& document = index_.documents[slot.document];
  if (!MayFind(run, slot)) {
    return false;
  }
  const size_t known = index_.documents.size() + index_.documents_left_out;
  const bool few = run.writes && *run.writes * kOthersForEach <= static_cast<int64_t>(known);
  return !few || run.selection.Finds(document.id, ContentBefore(slot)) == Match::kYes;
}

/// Requests that may have made it otherwise in that time.
bool SlotRules::MayHaveRivals(Presence presence, size_t number, const Document& document,
                              const Span& within) const {
  const bool absent = presence == Presence::kAbsent;
  const auto may_change = [&](size_t other) {
    const Question& question = history_.questions[other];
    return other != number && (absent ? question.makes : question.deletes) &&
           MayRunAtOnce(other, within);
  };
  return std::ranges::any_of(document.questions, may_change) ||
         AnyOthersLoose(number, document, within) || AnyByQuery(within, [&](const ByQueryRun& run) {
           return absent
                      ? run.makes
                      : run.deletes && std::ranges::any_of(document.slots, [&](const Slot& slot) {
                          return slot.ran.Meets(within) && PresumablyFinds(run, slot);
                        });
         });
}

/// An answer without its request, unless it came on the question's own connection.
bool SlotRules::AnyOthersLoose(size_t number, const Document& document, const Span& within) const {
  const OpenRequest& request = history_.requests[history_.questions[number].request];
  const auto [begin, end] = index_.loose.equal_range(document.id);
  return std::any_of(begin, end, [&](const auto& loose) {
    return loose.second->ran.Meets(within) && loose.second->connection != request.connection;
  });
}

/// In question, and not refused by what the wire says.
bool SlotRules::MayRunAtOnce(size_t number, const Span& within) const {
  const OpenRequest& request = history_.requests[history_.questions[number].request];
  return request.wire == WireProof::kNone && request.RunsAtOnce().Meets(within);
}

bool SlotRules::MeetsConditionNow(size_t number, const Document& document) const {
  const Question& question = history_.questions[number];
  return question.kind == Kind::kIndex && question.condition.if_seq_no &&
         IsNumberNow(number, document);
}

/// The number that its client had read was still the document's: nobody in question may have
/// written in between, and what is known of it came later, or leaves room for one more version.
bool SlotRules::IsNumberNow(size_t number, const Document& document) const {
  const Question& question = history_.questions[number];
  const auto point = std::ranges::find_if(document.points, [&](const Point& each) {
    return each.seq_no == *question.condition.if_seq_no;
  });
  if (point == document.points.end() || point->after != Presence::kPresent) {
    return false;
  }
  const Span since{std::max(point->ran.from, point->current_at),
                   history_.requests[question.request].RunsAtOnce().until};
  const auto next = std::next(point);
  const bool room = next == document.points.end() || next->ran.from > since.until ||
                    (next->version && point->version && *next->version > *point->version + 1);
  return room && !LostMeets(since) && !AnyOthersLoose(number, document, since) &&
         std::ranges::none_of(
             document.questions,
             [&](size_t other) { return other != number && MayRunAtOnce(other, since); }) &&
         !AnyByQuery(since, [&](const ByQueryRun& run) {
           return run.makes || std::ranges::any_of(document.slots, [&](const Slot& slot) {
                    return slot.ran.Meets(since) && PresumablyFinds(run, slot);
                  });
         });
}

/// What merges what is there already is a noop, and a script may do nothing. An upsert finds a
/// document, or makes one.
bool SlotRules::MustUpdate(size_t number, const Document& document) const {
  const Question& question = history_.questions[number];
  return assumptions_.carried_out && !question.hard_to_index && IsTaken(question) &&
         (question.unconditional || (question.own_text && !question.deletes) ||
          AlwaysDeletes(question.change.script)) &&
         !MayConflict(number, document) &&
         (question.makes || IsSurely(Presence::kPresent, number, document));
}

/// An update that another write of the document comes before, once it has read it, is refused,
/// unless it may read again so often. That takes both in the same instant, less than a millisecond
/// on an idle machine: of one that ran just then, it is not presumed.
bool SlotRules::MayConflict(size_t number, const Document& document) const {
  const Question& updating = history_.questions[number];
  const OpenRequest& request = history_.requests[updating.request];
  const Span now{request.runs.from,
                 std::min(request.RunsAtOnce().until, request.runs.from + limits::kAtOnceNs)};
  const auto asked = std::ranges::count_if(document.questions, [&](size_t other) {
    return other != number && MayRunAtOnce(other, now);
  });
  const auto answered = std::ranges::count_if(
      document.points, [&](const Point& point) { return point.ran.Meets(now); });
  const auto by_query =
      std::ranges::count_if(index_.times->by_query.Meeting(now), [&](size_t other) {
        const ByQueryRun& run = history_.by_query[other];
        return Reaches(history_, run, index_) &&
               std::ranges::any_of(document.slots, [&](const Slot& slot) {
                 return slot.ran.Meets(now) && PresumablyFinds(run, slot);
               });
      });
  // A client that repeats itself does so at once: its second request is a rival for certain.
  const int64_t spared = updating.own_text ? 1 : 0;
  return asked + answered + by_query > updating.retries + spared;
}

std::string SlotRules::WhyRefused(size_t number, const Document* document) const {
  const Question& question = history_.questions[number];
  if (history_.requests[question.request].presumably_undelivered()) {
    return "it was sent more than once, and nobody acknowledged it: it never arrived";
  }
  if (question.fit == Fit::kTooLong) {
    return "the mapping with which its index was made has a keyword of it, and Lucene takes none "
           "that is longer than 32,766 bytes";
  }
  if (document == nullptr || question.piped) {
    return "";
  }
  if (question.kind == Kind::kCreate && IsSurely(Presence::kPresent, number, *document)) {
    return "the document was there";
  }
  if (question.kind == Kind::kUpdate && !question.makes &&
      IsSurely(Presence::kAbsent, number, *document)) {
    return "the document was not there";
  }
  return "";
}

}  // namespace trafrec::reconcile
