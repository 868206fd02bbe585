// Which requests give way to what the source's journal has.
//
// A log may lack a request, or a part of it, or the id that the source gave; a by-query request
// finds another state when it is sent again; and of two open updates of one document nobody may
// know which came first. The journal has every operation's document under its number. So where it
// is complete, each number that no answered and whole request stands for is written as the journal
// has it, and what else may have taken it is not sent.
//
// Rejected: to take only the numbers that the model cannot explain. What explains them, such as a
// by-query request, need not do the same at the target.

#include "reconcile/verdict/journal_plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

/// What is known of one number of a shard.
struct Entry {
  const Sight* sight = nullptr;                         ///< with what it left
  const Write* write = nullptr;                         ///< whose answer named it
  TimeNs seen_by = std::numeric_limits<TimeNs>::max();  ///< an answer that shows it had begun
  bool filler = false;
};

struct JournalIndex {
  std::set<std::string> uuids;
  bool made_in_log = false;
  bool removed = false;
  std::map<uint32_t, std::map<int64_t, Entry>> shards;
  bool complete = false;
};

bool IsOfJournal(const Sight& sight) {
  return sight.by_journal && sight.seq_no && sight.shard && sight.primary_term;
}

class Planner {
 public:
  Planner(const History& history, const Judgement& judgement)
      : history_(history), judgement_(judgement) {}

  JournalPlan Plan() {
    Collect();
    for (auto& [name, index] : indices_) {
      index.complete = IsComplete(index);
    }
    KeepRequests();
    for (auto& [name, index] : indices_) {
      if (index.complete) {
        AddWrites(name, index);
      }
    }
    AddByQueries();
    return std::move(plan_);
  }

 private:
  void Collect() {
    for (const Sight& sight : history_.sights) {
      if (IsOfJournal(sight)) {
        Entry& entry = indices_[sight.document.index].shards[*sight.shard][*sight.seq_no];
        // What a new primary put there counts.
        if (entry.sight == nullptr || *entry.sight->primary_term < *sight.primary_term) {
          entry.sight = &sight;
        }
      }
    }
    const std::set<store::OperationAddress> strays = history_.StrayWrites();
    for (const Write& write : history_.writes) {
      const std::string& name = history_.IndexBehind(write.document.index);
      JournalIndex& index = indices_[name];
      // The log's exchange has no answer: it is sent as one that has none.
      const bool stray = strays.contains(write.at);
      bool found = false;
      for (auto& [number, shard] : index.shards) {
        const auto at = shard.find(write.seq_no);
        if (at != shard.end() && at->second.sight->document.id == write.document.id) {
          at->second.write = stray ? nullptr : &write;
          at->second.seen_by = stray ? write.ran.until : at->second.seen_by;
          found = true;
        }
      }
      index.removed = index.removed || !found;  // nobody knows whose number it is
    }
    NoteSeen();
    for (const Filler& filler : history_.fillers) {
      indices_[filler.index].shards[filler.shard][filler.seq_no].filler = true;
    }
    for (const IndexSettings& settings : history_.settings) {
      if (const auto index = indices_.find(settings.name);
          index != indices_.end() && !settings.uuid.empty()) {
        index->second.uuids.insert(settings.uuid);
      }
    }
    for (const IndexEvent& event : history_.events) {
      for (auto& [name, index] : indices_) {
        const bool removes = event.what == IndexEvent::What::kRemoved;
        index.removed = index.removed || (removes && dialect::NamesMeet(event.name, name));
        index.made_in_log = index.made_in_log || (!removes && event.answered && event.name == name);
      }
    }
  }

  /// By when numbers had been taken which answers show without having taken them: noops, reads and
  /// hits.
  void NoteSeen() {
    for (const Sight& sight : history_.sights) {
      const auto index = indices_.find(history_.IndexBehind(sight.document.index));
      if (sight.by_journal || !sight.seq_no || index == indices_.end()) {
        continue;
      }
      for (auto& [number, shard] : index->second.shards) {
        const auto at = shard.find(*sight.seq_no);
        if (at != shard.end() && at->second.sight != nullptr &&
            at->second.sight->document.id == sight.document.id) {
          at->second.seen_by = std::min(at->second.seen_by, sight.at.until);
        }
      }
    }
  }

  /// Numbers before the first one that the log names were there before it, unless it made the
  /// index.
  static int64_t FirstOf(const JournalIndex& index, const std::map<int64_t, Entry>& shard) {
    if (index.made_in_log) {
      return 0;
    }
    const auto first =
        std::ranges::find_if(shard, [](const auto& each) { return each.second.write != nullptr; });
    return first == shard.end() ? shard.rbegin()->first + 1 : first->first;
  }

  static bool IsComplete(const JournalIndex& index) {
    if (index.uuids.size() != 1 || index.removed) {
      return false;
    }
    return std::ranges::all_of(index.shards, [&](const auto& each) {
      int64_t next = FirstOf(index, each.second);
      for (auto at = each.second.lower_bound(next); at != each.second.end(); ++at, ++next) {
        const Entry& entry = at->second;
        const bool lacks_source = entry.write == nullptr && entry.sight != nullptr &&
                                  entry.sight->present && entry.sight->text.empty();
        if (at->first != next || lacks_source) {
          return false;
        }
      }
      return true;
    });
  }

  /// Whether the journal has what the question's request says, and nothing that only the source
  /// could know.
  bool IsAsRequested(const Question& question, const Sight& sight) const {
    if (!history_.requests[question.request].whole || question.automatic_id || question.piped ||
        question.document.id != sight.document.id) {
      return false;
    }
    switch (question.kind) {
      case Kind::kDelete:
        return !sight.present;
      case Kind::kIndex:
      case Kind::kCreate:
        return sight.present && sight.source && *sight.source == question.change.fields;
      default:
        return false;
    }
  }

  bool AllComplete() const {
    return std::ranges::all_of(indices_, [](const auto& each) { return each.second.complete; });
  }

  static const Entry* EntryAt(const JournalIndex& index, const store::CommitPosition& position) {
    const auto shard = index.shards.find(position.shard);
    if (shard == index.shards.end()) {
      return nullptr;
    }
    const auto entry = shard->second.find(position.seq_no);
    return entry == shard->second.end() ? nullptr : &entry->second;
  }

  /// Else what comes before it is inserted, at a time when its request may have gone out.
  bool IsFirstUnnamed(const JournalIndex& index, const store::CommitPosition& position,
                      const Sight& sight) {
    std::map<std::string, int64_t>& first = first_unnamed_[&index.shards.at(position.shard)];
    if (first.empty()) {
      for (const auto& [seq_no, entry] : index.shards.at(position.shard)) {
        if (entry.write == nullptr && entry.sight != nullptr) {
          first.emplace(entry.sight->document.id, seq_no);
        }
      }
    }
    return first.at(sight.document.id) == position.seq_no;
  }

  void KeepRequests() {
    for (size_t i = 0; i < judgement_.findings.size(); ++i) {
      const Finding& finding = judgement_.findings[i];
      const Question& question = history_.questions[finding.question];
      const auto found = indices_.find(history_.IndexBehind(question.document.index));
      if (question.kind == Kind::kBulk && AllComplete() &&
          finding.verdict != store::Verdict::kNotCommitted) {
        plan_.replaced.push_back(i);  // no item of it can be read
      }
      if (found == indices_.end() || !found->second.complete ||
          !dialect::WritesDocument(question.kind)) {
        continue;
      }
      bool kept = false;
      if (finding.verdict == store::Verdict::kCommitted && finding.position) {
        const Entry* entry = EntryAt(found->second, *finding.position);
        kept = entry != nullptr && entry->sight != nullptr && entry->write == nullptr &&
               IsAsRequested(question, *entry->sight) &&
               IsFirstUnnamed(found->second, *finding.position, *entry->sight) &&
               kept_.insert(entry).second;
      }
      if (!kept && finding.verdict != store::Verdict::kNotCommitted) {
        plan_.replaced.push_back(i);
      }
    }
  }

  /// Every number that no request of the log stands for.
  void AddWrites(const std::string& name, const JournalIndex& index) {
    for (const auto& [shard, numbers] : index.shards) {
      TimeNs by = history_.until;
      const size_t first = plan_.writes.size();
      for (auto at = numbers.rbegin(); at != numbers.rend() && at->first >= FirstOf(index, numbers);
           ++at) {
        const Entry& entry = at->second;
        if (entry.write != nullptr) {
          by = std::min(by, entry.write->ran.until);
        }
        by = std::min(by, entry.seen_by);  // all smaller numbers were taken before
        const bool sent = entry.write != nullptr || kept_.contains(&entry);
        if (entry.sight != nullptr && !sent) {
          plan_.writes.push_back({name,
                                  {.index_uuid = *index.uuids.begin(),
                                   .shard = shard,
                                   .primary_term = *entry.sight->primary_term,
                                   .seq_no = at->first},
                                  by,
                                  static_cast<size_t>(entry.sight - history_.sights.data())});
        }
      }
      std::reverse(plan_.writes.begin() + static_cast<ptrdiff_t>(first), plan_.writes.end());
    }
  }

  void AddByQueries() {
    for (const ByQueryRun& run : history_.by_query) {
      bool any = false;
      bool all = true;
      for (const auto& [name, index] : indices_) {
        const bool meets = std::ranges::any_of(run.indices, [&](const std::string& wanted) {
          return wanted == "_all" || dialect::NamesMeet(history_.IndexBehind(wanted), name);
        });
        any = any || meets;
        all = all && (!meets || index.complete);
      }
      if (any && all) {
        plan_.by_queries.push_back(run.id);
      }
    }
  }

  const History& history_;
  const Judgement& judgement_;
  std::map<std::string, JournalIndex> indices_;
  std::set<const Entry*> kept_;
  /// By shard: the first number of each document that no answer names.
  std::map<const void*, std::map<std::string, int64_t>> first_unnamed_;
  JournalPlan plan_;
};

}  // namespace

JournalPlan PlanFromJournal(const History& history, const Judgement& judgement) {
  if (history.long_log) {
    return {};  // not all writes are kept
  }
  return Planner(history, judgement).Plan();
}

}  // namespace trafrec::reconcile
