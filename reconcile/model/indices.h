#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "reconcile/model/index_history.h"
#include "reconcile/model/window.h"

namespace trafrec::reconcile {

/// The indices of which something is asked. The history must outlive it, and not change.
class Indices {
 public:
  explicit Indices(const History& history);

  const std::vector<std::string>& names() const { return names_; }
  /// In History::questions: those that no answer has told.
  std::span<const size_t> QuestionsOf(const std::string& name) const;
  /// As far as the window shows it. `apart`: what was lost in flows is taken to have left its
  /// documents alone.
  IndexHistory Make(const std::string& name, bool apart, const Window& window = {}) const;

 private:
  struct Index {
    std::vector<size_t> questions{};
    std::vector<size_t> told{};
    IndexFacts facts{};
  };
  using Ids = std::unordered_set<std::string_view>;

  void SortQuestions();
  void SortFacts();
  Ids TakeQuestions(const Index& from, IndexHistory& index) const;

  const History& history_;
  std::vector<std::string> names_;
  std::map<std::string, Index> indices_;
  std::shared_ptr<const TrafficTimes> times_;
  std::shared_ptr<const TrafficTimes> times_apart_;
};

/// All of them, whole.
std::vector<IndexHistory> IndicesInQuestion(const History& history, bool apart);

}  // namespace trafrec::reconcile
