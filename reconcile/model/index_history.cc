#include "reconcile/model/index_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();

/// A deleted document's version is forgotten after index.gc_deletes; its default. Then versions
/// start again at 1.
constexpr int64_t kDeletesKeptNs = 60'000 * kNsPerMs;

Presence PresenceAfter(Fate fate) {
  return fate == Fate::kDeleted || fate == Fate::kNotFound ? Presence::kAbsent : Presence::kPresent;
}

Presence PresenceBefore(Fate fate) {
  return fate == Fate::kCreated || fate == Fate::kNotFound ? Presence::kAbsent : Presence::kPresent;
}

class IndexBuilder {
 public:
  IndexBuilder(const History& history, bool apart, IndexHistory& index)
      : history_(history), apart_(apart), index_(index) {}

  void Build() {
    index_.shards.resize(index_.routing.shards);
    numbers_.resize(index_.routing.shards);
    for (const Write& write : history_.writes) {
      if (IsHere(write.document)) {
        AddWrite(write);
      }
    }
    for (const size_t number : index_.questions) {
      const Question& question = history_.questions[number];
      if (!question.document.id.empty()) {
        if (Document* document = Find(question.document)) {
          document->questions.push_back(number);
        }
      }
    }
    for (const Sight& sight : history_.sights) {
      if (IsHere(sight.document)) {
        AddSight(sight);
      }
    }
    for (Document& document : index_.documents) {
      MakeSlots(document);
    }
    MakeHoles();
  }

 private:
  struct Named {
    int64_t seq_no;
    int64_t term;
    Span ran;
    bool by_answer;
  };

  bool IsHere(const DocumentName& document) const {
    return history_.IndexBehind(document.index) == index_.name;
  }

  /// Null: its shard cannot be computed.
  Document* Find(const DocumentName& name) {
    const auto shard = ShardOf(index_.routing, name.id, name.routing);
    if (!shard) {
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
    numbers_[document->shard].push_back({write.seq_no, write.primary_term, write.ran, true});
    document->points.push_back({.seq_no = write.seq_no,
                                .version = write.version,
                                .named = true,
                                .external = write.version_type != dialect::VersionType::kInternal,
                                .before = PresenceBefore(write.fate),
                                .after = PresenceAfter(write.fate),
                                .ran = write.ran,
                                .current_at = write.ran.from,
                                .change = write.change,
                                .replaces = write.kind == Kind::kIndex ||
                                            write.kind == Kind::kDelete ||
                                            write.kind == Kind::kCreate});
  }

  void AddSight(const Sight& sight) {
    Document* document = Find(sight.document);
    if (document == nullptr) {
      return;
    }
    if (!sight.present) {
      if (sight.current) {
        document->absences.push_back(sight);
      }
      return;
    }
    const auto same = std::ranges::find_if(document->points, [&](const Point& point) {
      return sight.seq_no ? point.seq_no == *sight.seq_no : sight.version == point.version;
    });
    if (same != document->points.end()) {
      same->ran.until = std::min(same->ran.until, sight.at.until);
      if (sight.current) {
        same->current_at = std::max(same->current_at, sight.at.from);
      }
      if (sight.source) {
        same->source = sight.source;
      }
      return;
    }
    if (!sight.seq_no) {
      return;
    }
    numbers_[document->shard].push_back(
        {*sight.seq_no, sight.primary_term.value_or(0), {kMin, sight.at.until}, false});
    document->points.push_back({.seq_no = *sight.seq_no,
                                .version = sight.version,
                                .after = Presence::kPresent,
                                .ran = {kMin, sight.at.until},
                                .current_at = sight.current ? sight.at.from : kMin,
                                .source = sight.source});
  }

  void MakeSlots(Document& document) const {
    std::ranges::stable_sort(document.points, {}, &Point::seq_no);
    const auto number = static_cast<uint32_t>(&document - index_.documents.data());
    const bool external = HasExternalVersions(document);
    Point previous{
        .seq_no = -1, .version = 0, .ran = {index_.made_at, kMax}, .current_at = index_.made_at};
    previous.after = index_.made_in_log ? Presence::kAbsent : Presence::kUnknown;
    bool known = index_.made_in_log;
    Content content;
    for (const Point& point : document.points) {
      Slot slot{.document = number,
                .above = previous.seq_no,
                .below = point.seq_no,
                .ran = {previous.current_at, point.ran.until},
                .next_from = point.ran.from,
                .before = previous.after,
                .after = point.before,
                .content = content,
                .replaced = point.named && point.replaces};
      const int64_t missing =
          point.version && previous.version ? *point.version - *previous.version - 1 : -1;
      const int64_t numbers = slot.below - slot.above - 1;
      const bool forgotten = MayBeForgotten(document, previous, slot);
      if (!forgotten) {
        slot.version_above = previous.version;
        slot.version_below = point.version;
      }
      if (known && !external && missing >= 0 && !forgotten) {
        slot.least = slot.most = static_cast<int32_t>(missing);
      } else {
        slot.most = static_cast<int32_t>(std::clamp<int64_t>(numbers, 0, kMost));
      }
      if (slot.most > 0) {
        document.slots.push_back(slot);
      }
      if (slot.most > 0) {
        Blur(document, slot, content);
      }
      if (!point.named) {
        document.slots.push_back({.document = number,
                                  .least = 1,
                                  .most = 1,
                                  .above = point.seq_no - 1,
                                  .below = point.seq_no + 1,
                                  .ran = {previous.current_at, point.ran.until},
                                  .next_from = point.ran.until,
                                  .before = slot.most == 0 ? previous.after : Presence::kUnknown,
                                  .after = Presence::kPresent,
                                  .leaves = point.source,
                                  .content = content});
      }
      content.Apply(point.named ? point.change : Change{});
      if (point.source) {
        content = {.whole = true, .fields = *point.source};
      }
      known = true;
      const TimeNs before = previous.current_at;
      previous = point;
      previous.current_at = std::max({before, point.current_at, point.ran.from});
    }
    AddLastSlots(document, previous, number, content);
  }

  void AddLastSlots(Document& document, const Point& last, uint32_t number,
                    const Content& content) const {
    const Slot open{.document = number,
                    .most = kMost,
                    .above = last.seq_no,
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

  /// What may have gone over a document's source in a stretch is not known of it behind that.
  void Blur(const Document& document, const Slot& slot, Content& content) const {
    const auto meets = [&](const auto& traffic) { return traffic.ran.Meets(slot.ran); };
    if (!apart_ && std::ranges::any_of(history_.lost, meets)) {
      content = {};
      return;
    }
    for (const size_t number : document.questions) {
      const Question& question = history_.questions[number];
      if (history_.requests[question.request].runs.Meets(slot.ran)) {
        content.MayApply(question.change);
      }
    }
    for (const ByQueryRun& run : history_.by_query) {
      if (meets(run)) {
        content.MayApply(run.makes ? Change{} : run.change);
      }
    }
  }

  bool HasExternalVersions(const Document& document) const {
    return std::ranges::any_of(document.points, &Point::external) ||
           std::ranges::any_of(document.questions,
                               [&](size_t q) { return history_.questions[q].external; });
  }

  /// Whether a deletion may have been so long ago that the document's versions start again.
  bool MayBeForgotten(const Document& document, const Point& previous, const Slot& slot) const {
    if (slot.ran.from != kMin && slot.ran.until - slot.ran.from <= kDeletesKeptNs) {
      return false;
    }
    const auto deletes = [&](size_t question) {
      return history_.questions[question].kind == Kind::kDelete;
    };
    const auto meets = [&](const auto& traffic) { return traffic.ran.Meets(slot.ran); };
    return (previous.after == Presence::kAbsent && previous.seq_no >= 0) ||
           std::ranges::any_of(document.questions, deletes) ||
           std::ranges::any_of(history_.lost, meets) ||
           std::ranges::any_of(history_.by_query,
                               [&](const ByQueryRun& run) { return run.deletes && meets(run); });
  }

  void MakeHoles() {
    for (const ShardSight& sight : history_.shards) {
      if (history_.IndexBehind(sight.index) == index_.name && sight.shard < index_.shards.size()) {
        sights_[sight.shard].push_back(sight);
      }
    }
    for (uint32_t shard = 0; shard < index_.shards.size(); ++shard) {
      MakeHoles(shard);
    }
  }

  void MakeHoles(uint32_t number) {
    Shard& shard = index_.shards[number];
    std::vector<Named>& named = numbers_[number];
    std::ranges::sort(named, {}, [](const Named& n) { return std::tuple(n.seq_no, !n.by_answer); });
    NoteTerms(shard, named);
    const auto twice = std::ranges::adjacent_find(named, [](const Named& a, const Named& b) {
      return a.seq_no == b.seq_no && a.by_answer && b.by_answer;
    });
    if (twice != named.end()) {
      index_.trouble =
          fmt::format("two operations have number {} in shard {}", twice->seq_no, number);
      return;
    }
    const std::vector<ShardSight>& sights = sights_[number];
    shard.highest = named.empty() ? -1 : named.back().seq_no;
    for (const ShardSight& sight : sights) {
      shard.highest = std::max(shard.highest, sight.max_seq_no);
    }
    const int64_t first = index_.made_in_log || named.empty() ? 0 : named.front().seq_no;
    AddHoles(shard, named, first);
    Narrow(shard, named, sights);
  }

  static void AddHoles(Shard& shard, const std::vector<Named>& named, int64_t first) {
    size_t at = 0;
    for (int64_t seq_no = first; seq_no <= shard.highest; ++seq_no) {
      while (at < named.size() && named[at].seq_no < seq_no) {
        ++at;
      }
      if (at == named.size() || named[at].seq_no != seq_no || !named[at].by_answer) {
        shard.holes.push_back({seq_no, {}});
      }
    }
  }

  /// A number was taken after every smaller one, and before every greater one.
  static void Narrow(Shard& shard, const std::vector<Named>& named,
                     const std::vector<ShardSight>& sights) {
    TimeNs from = kMin;
    size_t at = 0;
    for (Hole& hole : shard.holes) {
      for (; at < named.size() && named[at].seq_no < hole.seq_no; ++at) {
        from = std::max(from, named[at].ran.from);
      }
      hole.ran.from = from;
      for (const ShardSight& sight : sights) {
        if (hole.seq_no > sight.max_seq_no) {
          hole.ran.from = std::max(hole.ran.from, sight.at.from);
        } else {
          hole.ran.until = std::min(hole.ran.until, sight.at.until);
        }
      }
    }
    TimeNs until = kMax;
    size_t left = named.size();
    for (size_t i = shard.holes.size(); i-- > 0;) {
      for (; left > 0 && named[left - 1].seq_no >= shard.holes[i].seq_no; --left) {
        until = std::min(until, named[left - 1].ran.until);
      }
      shard.holes[i].ran.until = std::min(shard.holes[i].ran.until, until);
    }
    for (const Named& number : named) {
      shard.above_from = std::max(shard.above_from, number.ran.from);
    }
    for (const ShardSight& sight : sights) {
      if (sight.max_seq_no == shard.highest) {
        shard.above_from = std::max(shard.above_from, sight.at.from);
      }
    }
  }

  static void NoteTerms(Shard& shard, const std::vector<Named>& named) {
    for (size_t i = 1; i < named.size(); ++i) {
      if (named[i].by_answer && named[i - 1].by_answer && named[i].term != named[i - 1].term) {
        shard.new_terms.push_back({named[i - 1].ran.from, named[i].ran.until});
      }
    }
  }

  static constexpr int32_t kMost = 1 << 20;

  const History& history_;
  const bool apart_;
  IndexHistory& index_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> by_name_;
  std::vector<std::vector<Named>> numbers_;  ///< by shard
  std::map<uint32_t, std::vector<ShardSight>> sights_;
};

/// What the log says of an index as a whole; `trouble` if that is not enough.
void Describe(const History& history, std::optional<VersionId> product, IndexHistory& index) {
  IndexSettings known{.name = index.name};
  for (const IndexSettings& settings : history.settings) {
    if (settings.name == index.name) {
      known.uuid = settings.uuid.empty() ? known.uuid : settings.uuid;
      known.shards = settings.shards ? settings.shards : known.shards;
      known.routing_shards =
          settings.routing_shards ? settings.routing_shards : known.routing_shards;
      known.partition_size =
          settings.partition_size ? settings.partition_size : known.partition_size;
      known.created = settings.created ? settings.created : known.created;
      known.resized = known.resized || settings.resized;
    }
  }
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

}  // namespace

std::vector<IndexHistory> IndicesInQuestion(const History& history,
                                            std::optional<VersionId> product, bool apart) {
  std::map<std::string, IndexHistory> indices;
  for (size_t i = 0; i < history.questions.size(); ++i) {
    const Question& question = history.questions[i];
    if (dialect::WritesDocument(question.kind) && !question.document.index.empty()) {
      const std::string name = history.IndexBehind(question.document.index);
      IndexHistory& index = indices[name];
      index.name = name;
      index.questions.push_back(i);
    }
  }
  std::vector<IndexHistory> result;
  for (auto& [name, index] : indices) {
    Describe(history, product, index);
    if (index.trouble.empty()) {
      IndexBuilder(history, apart, index).Build();
    }
    result.push_back(std::move(index));
  }
  return result;
}

}  // namespace trafrec::reconcile
