// Whose is a version that a translog shows?
//
// Questions on one side, versions that they may have made with the same effect on the other. Where
// all versions of a connected part find questions of their own, nobody else is needed to explain
// them. A by-query request has room for any number. Where they do not, somebody lost was there, and
// which of the versions are his is not known: then nothing is said of the whole part. The matching
// is found along augmenting paths (Kuhn): parts are as small as the questions of one document.

#include "reconcile/model/accounts.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <vector>

namespace trafrec::reconcile {
namespace {

class Matching {
 public:
  void Add(const Slot* slot, std::vector<size_t> questions) {
    if (!questions.empty()) {
      slots_.push_back(slot);
      questions_.push_back(std::move(questions));
    }
  }

  /// A question may as well have made another version, which has no mark of its own.
  void Doubt(size_t question) { doubtful_.insert(question); }

  std::unordered_set<const Slot*> Accounted() {
    std::vector<bool> matched(slots_.size());
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      for (const size_t question : questions_[slot]) {
        claims_[question].push_back(slot);
      }
      std::unordered_set<size_t> tried;
      matched[slot] = Match(slot, tried);
    }
    std::vector<bool> spoilt(slots_.size());
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      const bool doubtful = std::ranges::any_of(
          questions_[slot], [&](size_t question) { return doubtful_.contains(question); });
      if ((!matched[slot] || doubtful) && !spoilt[slot]) {
        Spoil(slot, spoilt);
      }
    }
    std::unordered_set<const Slot*> accounted;
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      if (!spoilt[slot]) {
        accounted.insert(slots_[slot]);
      }
    }
    return accounted;
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): as deep as a document has questions
  bool Match(size_t slot, std::unordered_set<size_t>& tried) {
    for (const size_t question : questions_[slot]) {
      if (!tried.insert(question).second) {
        continue;
      }
      const auto holder = holder_.find(question);
      if (holder == holder_.end() || Match(holder->second, tried)) {
        holder_[question] = slot;
        return true;
      }
    }
    return false;
  }

  /// All that is connected with it.
  void Spoil(size_t first, std::vector<bool>& spoilt) {
    std::vector<size_t> open{first};
    spoilt[first] = true;
    while (!open.empty()) {
      const size_t slot = open.back();
      open.pop_back();
      for (const size_t question : questions_[slot]) {
        for (const size_t other : claims_[question]) {
          if (!spoilt[other]) {
            spoilt[other] = true;
            open.push_back(other);
          }
        }
      }
    }
  }

  std::vector<const Slot*> slots_;
  std::vector<std::vector<size_t>> questions_;  ///< by slot
  std::unordered_map<size_t, std::vector<size_t>> claims_;
  std::unordered_set<size_t> doubtful_;
  std::unordered_map<size_t, size_t> holder_;  ///< the slot of each question
};

}  // namespace

std::unordered_set<const Slot*> AccountedSlots(const History& history, const IndexHistory& index,
                                               const SlotRules& rules, bool apart) {
  Matching matching;
  std::unordered_set<const Slot*> found_by_query;
  const auto may_have_run = [&](size_t request) {
    return history.requests[request].wire == WireProof::kNone;
  };
  const auto may_have_written = [&](const Question& question) {
    return may_have_run(question.request) && question.fit != Fit::kRefused &&
           question.answer_length != LengthSays::kChangedNothing;
  };
  const auto is_by_query = [&](const Slot& slot) {
    return std::ranges::any_of(history.by_query, [&](const ByQueryRun& run) {
      return run.request && may_have_run(*run.request) && rules.Accounts(run, slot, apart);
    });
  };
  std::vector<size_t> automatic;
  std::ranges::copy_if(index.questions, std::back_inserter(automatic), [&](size_t question) {
    return history.questions[question].automatic_id &&
           may_have_written(history.questions[question]);
  });
  for (const Document& document : index.documents) {
    for (const Slot& slot : document.slots) {
      if (slot.effect != nullptr && is_by_query(slot)) {
        found_by_query.insert(&slot);
      } else if (slot.effect != nullptr) {
        std::vector<size_t> questions;
        std::ranges::copy_if(automatic, std::back_inserter(questions), [&](size_t question) {
          return rules.Accounts(question, slot, apart);
        });
        for (const size_t question : document.questions) {
          if (!may_have_written(history.questions[question])) {
            continue;
          }
          if (rules.Accounts(question, slot, apart)) {
            questions.push_back(question);
          } else if (rules.MayRepeat(question, slot)) {
            matching.Doubt(question);
          }
        }
        matching.Add(&slot, std::move(questions));
      }
    }
  }
  std::unordered_set<const Slot*> accounted = matching.Accounted();
  accounted.merge(found_by_query);
  return accounted;
}

}  // namespace trafrec::reconcile
