#include "reconcile/model/index_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>

#include "reconcile/history/index_routings.h"
#include "reconcile/model/document_slots.h"
#include "reconcile/model/shard_numbers.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();

Presence PresenceAfter(Fate fate) {
  return fate == Fate::kDeleted || fate == Fate::kNotFound ? Presence::kAbsent : Presence::kPresent;
}

Presence PresenceBefore(Fate fate) {
  return fate == Fate::kCreated || fate == Fate::kNotFound ? Presence::kAbsent : Presence::kPresent;
}

class IndexBuilder {
 public:
  IndexBuilder(const History& history, const IndexFacts& facts, bool apart, IndexHistory& index)
      : history_(history), facts_(facts), apart_(apart), index_(index) {}

  void Build() {
    index_.shards.resize(index_.routing.shards);
    numbers_.resize(index_.routing.shards);
    if (history_.long_log && !TakeNumbers()) {
      return;
    }
    for (const Journal& journal : history_.journals) {
      if (journal.index == index_.name && journal.shard < index_.shards.size()) {
        Shard& shard = index_.shards[journal.shard];
        shard.journal_first = journal.first;
        shard.journal_last = journal.last;
        shard.journal_until = journal.until;
      }
    }
    for (const Write* write : facts_.writes) {
      AddWrite(*write);
    }
    AddQuestions();
    for (const bool by_journal : {true, false}) {
      for (const Sight* sight : facts_.sights) {
        if (sight->by_journal == by_journal) {
          AddSight(*sight);
        }
      }
    }
    MakeHoles();
    const SlotMaker maker(history_, apart_, index_);
    for (Document& document : index_.documents) {
      maker.Make(document);
      NarrowSlots(document);
    }
    NoteAnswers(index_);
    for (const auto& [number, sight] : shown_) {
      std::vector<Hole>& holes = index_.shards[number.first].holes;
      const auto hole = std::ranges::lower_bound(holes, number.second, {}, &Hole::seq_no);
      if (hole != holes.end() && hole->seq_no == number.second) {
        hole->sight = sight;
      }
    }
  }

 private:
  void AddQuestions() {
    std::vector<size_t> questions;
    std::ranges::merge(index_.questions, index_.beside, std::back_inserter(questions));
    for (const size_t number : questions) {
      const Question& question = history_.questions[number];
      if (!question.document.id.empty()) {
        if (Document* document = Find(question.document)) {
          document->questions.push_back(number);
          index_.asked_of[number] = static_cast<uint32_t>(document - index_.documents.data());
        }
      }
    }
  }

  /// The numbers of a long log's writes, of which it keeps but a few.
  bool TakeNumbers() {
    const auto found = std::ranges::find_if(history_.numbers, [&](const IndexNumbers& numbers) {
      return numbers.index == index_.name && numbers.routing == index_.routing;
    });
    if (history_.too_many_facts) {
      index_.trouble.assign("the log has more facts of documents in question than are kept");
    } else if (found == history_.numbers.end()) {
      index_.trouble.assign(
          "the log has more writes than are kept, and does not say how its documents are routed");
    } else if (found->broken) {
      index_.trouble.assign("its numbers have more holes than are kept");
    } else {
      taken_ = &found->shards;
    }
    for (uint32_t shard = 0; taken_ != nullptr && shard < taken_->size(); ++shard) {
      if ((*taken_)[shard].twice()) {
        NoteTwice(shard);
      }
      for (const auto& [first, run] : (*taken_)[shard].runs()) {
        numbers_[shard].Add(run);
      }
    }
    return index_.trouble.empty();
  }

  void NoteTwice(uint32_t shard) {
    index_.trouble = fmt::format("two operations have one number in shard {}", shard);
  }

  /// `said`: its shard, where somebody says so. Null: its shard cannot be computed.
  Document* Find(const DocumentName& name, std::optional<uint32_t> said = {}) {
    const auto shard = said ? said : ShardOf(index_.routing, name.id, name.routing);
    if (!shard || *shard >= index_.routing.shards) {
      return nullptr;
    }
    const auto [place, is_new] =
        by_name_.try_emplace({*shard, name.id}, static_cast<uint32_t>(index_.documents.size()));
    if (is_new) {
      index_.documents.push_back({.shard = *shard, .id = name.id});
    }
    return &index_.documents[place->second];
  }

  void AddWrite(const Write& write) {
    Document* document = Find(write.document);
    if (document == nullptr) {
      return;
    }
    if (taken_ == nullptr) {
      numbers_[document->shard].Add(
          NumberRun::Of(write.seq_no, write.primary_term, write.ran, true));
    }
    document->points.push_back({.seq_no = write.seq_no,
                                .term = write.primary_term,
                                .version = write.version,
                                .named = true,
                                .external = write.version_type != dialect::VersionType::kInternal,
                                .before = PresenceBefore(write.fate),
                                .after = PresenceAfter(write.fate),
                                .ran = write.ran,
                                .current_at = write.ran.from,
                                .change = &write.change,
                                .replaces = write.kind == Kind::kIndex ||
                                            write.kind == Kind::kDelete ||
                                            write.kind == Kind::kCreate});
  }

  void AddSight(const Sight& sight) {
    Document* document = Find(sight.document, sight.shard);
    if (document == nullptr) {
      return;
    }
    if (!sight.by_journal && sight.seq_no && WasTakenBack(*document, sight)) {
      return;
    }
    if (!sight.present && !sight.seq_no) {
      if (sight.current) {
        document->absences.push_back(sight);
      }
      return;
    }
    const auto is_same = [&](const Point& point) { return point.IsShownBy(sight); };
    const auto same = std::ranges::find_if(document->points, is_same);
    if (same == document->points.end()) {
      AddUnnamed(*document, sight);
    } else if (std::ranges::count_if(document->points, is_same) == 1) {
      same->ran.until = std::min(same->ran.until, sight.at.until);
      if (same->after == Presence::kUnknown && !sight.untold) {
        same->after = sight.present ? Presence::kPresent : Presence::kAbsent;
      }
      if (sight.current) {
        same->current_at = std::max(same->current_at, sight.at.from);
      }
      if (sight.source) {
        same->source = &*sight.source;
      }
    }
  }

  /// A reader may have seen what a crash took back: then the shard's journal has another operation
  /// under that number, or none.
  bool WasTakenBack(const Document& document, const Sight& sight) const {
    const int64_t seq_no = *sight.seq_no;
    return index_.shards[document.shard].Names(seq_no, seq_no) &&
           std::ranges::none_of(document.points, [&](const Point& point) {
             return point.seq_no == seq_no && point.term == sight.primary_term.value_or(point.term);
           });
  }

  /// A version that no answer named, with the number under which somebody shows it.
  void AddUnnamed(Document& document, const Sight& sight) {
    // An answer named it, of a document whose writes are not kept.
    const bool named =
        taken_ != nullptr && sight.seq_no && (*taken_)[document.shard].Has(*sight.seq_no);
    if (!sight.seq_no || named) {
      return;
    }
    numbers_[document.shard].Add(NumberRun::Of(*sight.seq_no, sight.primary_term.value_or(0),
                                               {kMin, sight.at.until}, false));
    shown_[{document.shard, *sight.seq_no}] = static_cast<size_t>(&sight - history_.sights.data());
    document.points.push_back({.seq_no = *sight.seq_no,
                               .term = sight.primary_term.value_or(0),
                               .version = sight.version,
                               .after = sight.untold    ? Presence::kUnknown
                                        : sight.present ? Presence::kPresent
                                                        : Presence::kAbsent,
                               .ran = {kMin, sight.at.until},
                               .current_at = sight.current ? sight.at.from : kMin,
                               .source = sight.source ? &*sight.source : nullptr,
                               .effect = sight.effect ? &*sight.effect : nullptr});
  }

  /// What happened in a stretch happened when its numbers were taken, some of which may be below
  /// those that the log shows. Both bounds of holes grow with their numbers.
  void NarrowSlots(Document& document) const {
    const Shard& shard = index_.shards[document.shard];
    const std::vector<Hole>& holes = shard.holes;
    for (Slot& slot : document.slots) {
      const auto first = std::ranges::upper_bound(holes, slot.above, {}, &Hole::seq_no);
      if (slot.above >= shard.lowest - 1 && first != holes.end() && first->seq_no < slot.below) {
        slot.ran.from = std::max(slot.ran.from, first->ran.from);
      }
      const auto end = std::ranges::lower_bound(holes, slot.below, {}, &Hole::seq_no);
      if (slot.below != std::numeric_limits<int64_t>::max() && end != holes.begin()) {
        slot.ran.until = std::min(slot.ran.until, std::prev(end)->ran.until);
      }
    }
  }

  void MakeHoles() {
    for (const ShardSight& sight : history_.shards) {
      if (history_.IndexBehind(sight.index) == index_.name && sight.shard < numbers_.size()) {
        numbers_[sight.shard].Add(sight);
      }
    }
    for (const Filler& filler : history_.fillers) {
      if (filler.index == index_.name && filler.shard < numbers_.size()) {
        numbers_[filler.shard].Add(NumberRun::Of(filler.seq_no, 0, {}, true));
      }
    }
    for (uint32_t shard = 0; shard < numbers_.size(); ++shard) {
      const auto trouble = numbers_[shard].Finish(index_.made_in_log, index_.shards[shard]);
      if (trouble == ShardNumbers::Trouble::kTwice) {
        NoteTwice(shard);
      } else if (trouble == ShardNumbers::Trouble::kHoles) {
        index_.trouble.assign("a shard has more numbers that nobody names than are kept");
      }
    }
  }

  const History& history_;
  const IndexFacts& facts_;
  const bool apart_;
  IndexHistory& index_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> by_name_;
  std::vector<ShardNumbers> numbers_;                     ///< by shard
  const std::vector<NumberRuns>* taken_ = nullptr;        ///< of a long log
  std::map<std::pair<uint32_t, int64_t>, size_t> shown_;  ///< numbers that only sights name
};

/// What the log says of an index as a whole; `trouble` if that is not enough.
void Describe(const History& history, VersionId product, IndexHistory& index) {
  const IndexSettings known = SettingsOf(history, index.name);
  index.uuid = known.uuid;
  int made = 0;
  int removed = 0;
  for (const IndexEvent& event : history.events) {
    if (dialect::NamesMeet(event.name, index.name)) {
      made += event.what == IndexEvent::What::kMade ? 1 : 0;
      removed += event.what == IndexEvent::What::kRemoved ? 1 : 0;
      if (event.answered && event.name == index.name) {
        index.made_in_log = true;
        index.made_at = event.ran.from;
      }
    }
  }
  if (removed > 0 || made > 1) {
    index.trouble = "it was removed or made again while the log was recorded";
    return;
  }
  const auto routing = RoutingOf(known, product);
  if (!routing) {
    index.trouble = "the log does not say how many shards it has";
    return;
  }
  index.routing = routing->routing;
}

IndexHistory BuiltFor(const History& history, const IndexFacts& facts, VersionId product,
                      bool apart, IndexHistory index) {
  Describe(history, product, index);
  if (index.trouble.empty()) {
    IndexBuilder(history, facts, apart, index).Build();
  }
  return index;
}

}  // namespace

/// Where nobody says which product it is, the shards are computed as new indices have them, or as
/// 6.8 does: under the wrong one, two operations soon have one number.
IndexHistory BuiltIndex(const History& history, const IndexFacts& facts, bool apart,
                        const IndexHistory& index) {
  if (history.product) {
    return BuiltFor(history, facts, *history.product, apart, index);
  }
  IndexHistory late = BuiltFor(history, facts, LateProduct(), apart, index);
  const IndexHistory early = BuiltFor(history, facts, EarlyProduct(), apart, index);
  if (late.trouble.empty() && early.trouble.empty() && late.routing != early.routing) {
    late.trouble.assign("the log does not say how many routing shards it has, and two numbers fit");
  }
  return late.trouble.empty() || !early.trouble.empty() ? late : early;
}

const Document* DocumentOf(const IndexHistory& index, size_t question) {
  const auto found = index.asked_of.find(question);
  return found == index.asked_of.end() ? nullptr : &index.documents[found->second];
}

bool Reaches(const History& history, const ByQueryRun& run, const IndexHistory& index) {
  return run.indices.empty() || std::ranges::any_of(run.indices, [&](const std::string& name) {
           const bool pattern = name.find_first_of("*,:<") != std::string::npos;
           return dialect::NamesMeet(history.IndexBehind(name), index.name) || name == "_all" ||
                  (!pattern && !history.names.Knows(name));
         });
}

bool MayHaveLost(const History& history, const IndexHistory& index, const Span& span, bool apart) {
  return index.times->lost.Any(span, [&](size_t number) {
    const LostTraffic& lost = history.lost[number];
    return lost.Touches(apart) && index.MayHold(lost);
  });
}

}  // namespace trafrec::reconcile
