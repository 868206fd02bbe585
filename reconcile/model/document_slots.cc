#include "reconcile/model/document_slots.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();
/// Operations in one stretch, where nothing bounds them.
constexpr int32_t kMost = 1 << 20;

}  // namespace

void SlotMaker::Make(Document& document) const {
  std::ranges::stable_sort(document.points, {}, &Point::seq_no);
  const auto number = static_cast<uint32_t>(&document - index_.documents.data());
  const bool external = HasExternalVersions(document);
  Point previous{
      .seq_no = -1, .version = 0, .ran = {index_.made_at, kMax}, .current_at = index_.made_at};
  // Of a long log, writes of documents that did not seem to matter are not kept.
  const bool cut = history_.long_log && std::ranges::none_of(document.points, &Point::named);
  bool known = index_.made_in_log || index_.shards[document.shard].Names(0, 0);
  previous.after = known && !cut ? Presence::kAbsent : Presence::kUnknown;
  Content content;
  for (const Point& point : document.points) {
    Slot slot{.document = number,
              .above = previous.seq_no,
              .below = point.seq_no,
              .known_before = previous.seq_no,
              .ran = {previous.current_at, point.ran.until},
              .next_from = point.ran.from,
              .before = previous.after,
              .after = point.before,
              .content = content,
              .replaced = point.named && point.replaces};
    Count(document, previous, point, known && !external && !cut, slot);
    if (slot.most > 0) {
      document.slots.push_back(slot);
      Blur(document, slot, content);
    }
    if (!point.named) {
      document.slots.push_back(
          {.document = number,
           .least = 1,
           .most = 1,
           .above = point.seq_no - 1,
           .below = point.seq_no + 1,
           .known_before = previous.seq_no,
           .ran = {previous.current_at, point.ran.until},
           .next_from = point.ran.until,
           .before = slot.most == 0 ? previous.after : Presence::kUnknown,
           .after = point.after,
           .leaves = point.source == nullptr ? std::nullopt : std::optional(*point.source),
           .content = content,
           .version = point.version,
           .effect = point.effect});
    }
    content.Apply(point.change != nullptr ? *point.change : Change{});
    if (point.source != nullptr) {
      content = {.whole = true, .fields = *point.source};
    }
    known = true;
    const TimeNs before = previous.current_at;
    previous = point;
    previous.current_at = std::max({before, point.current_at, point.ran.from});
  }
  AddLast(document, previous, number, content);
}

void SlotMaker::AddLast(Document& document, const Point& last, uint32_t number,
                        const Content& content) const {
  const Slot open{.document = number,
                  .most = kMost,
                  .above = last.seq_no,
                  .known_before = last.seq_no,
                  .ran = {last.current_at, kMax},
                  .before = last.after,
                  .version_above = last.version,
                  .content = content};
  // It was there, and then it was not: one of those in between deleted it.
  const auto gone = std::ranges::find_if(document.absences, [&](const Sight& absence) {
    return last.after == Presence::kPresent && absence.at.from >= last.ran.until;
  });
  if (gone != document.absences.end()) {
    Slot deletion = open;
    deletion.least = deletion.most = 1;
    deletion.ran.until = gone->at.until;
    deletion.after = Presence::kAbsent;
    deletion.deletes = true;
    document.slots.push_back(deletion);
  }
  document.slots.push_back(open);
}

/// How many operations are between two versions.
void SlotMaker::Count(const Document& document, const Point& previous, const Point& next,
                      bool counted, Slot& slot) const {
  const int64_t missing =
      next.version && previous.version ? *next.version - *previous.version - 1 : -1;
  const bool forgotten = MayBeForgotten(document, previous, slot);
  if (!forgotten) {
    slot.version_above = previous.version;
    slot.version_below = next.version;
  }
  if (index_.shards[document.shard].Names(slot.above + 1, slot.below - 1)) {
    slot.most = 0;
  } else if (counted && missing >= 0 && !forgotten &&
             !MayHaveSetVersions(document, missing, slot)) {
    slot.least = slot.most = static_cast<int32_t>(missing);
  } else {
    slot.most = static_cast<int32_t>(std::clamp<int64_t>(slot.below - slot.above - 1, 0, kMost));
  }
}

/// What may have gone over a document's source in a stretch is not known of it behind that.
void SlotMaker::Blur(const Document& document, const Slot& slot, Content& content) const {
  if (MayHaveLost(history_, index_, slot.ran, apart_)) {
    content = {};
    return;
  }
  for (const size_t number : document.questions) {
    const Question& question = history_.questions[number];
    const OpenRequest& request = history_.requests[question.request];
    if ((apart_ ? request.RunsSoon() : request.runs).Meets(slot.ran)) {
      content.MayApply(question.change);
    }
  }
  for (const size_t number : index_.times->by_query.Meeting(slot.ran)) {
    const ByQueryRun& run = history_.by_query[number];
    if (!Reaches(history_, run, index_)) {
      continue;
    }
    content.MayApply(run.makes ? Change{} : run.change);
  }
}

bool SlotMaker::HasExternalVersions(const Document& document) const {
  return std::ranges::any_of(document.points, &Point::external) ||
         std::ranges::any_of(document.questions,
                             [&](size_t q) { return history_.questions[q].external; });
}

/// Whether somebody of whom the log does not tell set the document's version: there are fewer
/// numbers than versions, or that is how many write there.
bool SlotMaker::MayHaveSetVersions(const Document& document, int64_t missing,
                                   const Slot& slot) const {
  const Shard& shard = index_.shards[document.shard];
  const std::vector<Hole>& holes = shard.holes;
  const auto begin = std::ranges::upper_bound(holes, slot.above, {}, &Hole::seq_no);
  const auto end = std::ranges::lower_bound(holes, slot.below, {}, &Hole::seq_no);
  if (slot.above >= shard.lowest - 1 && missing > end - begin) {
    return true;
  }
  if (history_.external_versions == 0 ||
      history_.external_versions * limits::kWritesForEachVersionSet < history_.mutations) {
    return false;
  }
  const auto [from, until] = index_.loose.equal_range(document.id);
  return MayHaveLost(history_, index_, slot.ran, apart_) ||
         std::any_of(from, until,
                     [&](const auto& loose) { return loose.second->ran.Meets(slot.ran); }) ||
         index_.times->by_query.Any(slot.ran, [&](size_t number) {
           const ByQueryRun& run = history_.by_query[number];
           return run.makes && Reaches(history_, run, index_);
         });
}

/// Whether a deletion may have been so long ago that the document's versions start again.
bool SlotMaker::MayBeForgotten(const Document& document, const Point& previous,
                               const Slot& slot) const {
  const bool as_usual = std::ranges::none_of(history_.settings, [&](const IndexSettings& settings) {
    return settings.gc_deletes_set && settings.name == index_.name;
  });
  if (as_usual && slot.ran.from != kMin &&
      slot.ran.until - slot.ran.from <= limits::kDeletesKeptNs) {
    return false;
  }
  const auto deletes = [&](size_t question) { return history_.questions[question].deletes; };
  const auto may_delete = [&](size_t number) {
    const ByQueryRun& run = history_.by_query[number];
    return run.deletes && Reaches(history_, run, index_);
  };
  return (previous.after != Presence::kPresent && previous.seq_no >= 0) ||
         std::ranges::any_of(document.questions, deletes) ||
         MayHaveLost(history_, index_, slot.ran, false) ||
         index_.times->by_query.Any(slot.ran, may_delete);
}

void TakeLoose(const History& history, IndexHistory& index) {
  for (const Write& write : history.loose) {
    if (history.IndexBehind(write.document.index) == index.name) {
      index.loose.emplace(write.document.id, &write);
    }
  }
}

void NoteAnswers(IndexHistory& index) {
  std::unordered_map<const Write*, std::vector<Slot*>> slots_of;
  for (Document& document : index.documents) {
    const auto [begin, end] = index.loose.equal_range(document.id);
    for (auto at = begin; at != end; ++at) {
      const int64_t seq_no = at->second->seq_no;
      for (Slot& slot : document.slots) {
        if (slot.least == 1 && slot.most == 1 && slot.above + 1 == seq_no &&
            slot.below - 1 == seq_no) {
          slots_of[at->second].push_back(&slot);
        }
      }
    }
  }
  for (const auto& [write, slots] : slots_of) {
    if (slots.size() == 1) {
      slots.front()->answer = write;
    }
  }
}

}  // namespace trafrec::reconcile
