#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// An index that carries out random operations, and knows what it did; and what a recorder sees of
/// it, who misses answers and whole exchanges. All by a seed.
class SimulatedIndex {
 public:
  /// `times`: so many times as many operations and documents.
  explicit SimulatedIndex(uint64_t seed, int64_t times = 1);

  const History& seen() const { return seen_; }
  /// Whether the operation of that question took a number.
  bool Committed(size_t question) const { return committed_.at(question); }
  /// Whether an exchange that nobody recorded took that number.
  bool WasLost(uint32_t shard, int64_t seq_no) const {
    return lost_numbers_.contains({shard, seq_no});
  }

 private:
  enum class Fate : uint8_t { kAnswered, kUnanswered, kNeverRan, kLost };
  struct Step;
  struct Stored {
    bool present = false;
    int64_t version = 0;
    int64_t seq_no = -1;
    Fields source{};
  };
  struct Done {
    bool took_number = false;
    int64_t seq_no = 0;
    int64_t version = 0;
    dialect::Fate fate = dialect::Fate::kUnknown;
    Stored before{};
  };

  int64_t Below(int64_t bound);
  bool Chance(int percent) { return Below(100) < percent; }
  std::vector<Step> MakeSteps(int64_t times);
  void RunRequest(const Step& step);
  void RunByQuery(const Step& step);
  Done Apply(dialect::Kind kind, const std::string& id, const Fields& source);
  void Show(const Step& step, dialect::Kind kind, const std::string& id, const Done& done);
  void Ask(const Step& step, dialect::Kind kind, const std::string& id, const Fields& source,
           const Done& done, size_t request, uint32_t item);
  void Read(const Step& step, const std::string& id);

  std::mt19937_64 random_;
  History seen_;
  IndexRouting routing_;
  std::map<std::string, Stored> documents_;
  std::vector<int64_t> next_number_;
  std::vector<bool> committed_;
  std::map<std::pair<uint32_t, int64_t>, bool> lost_numbers_;
  uint64_t exchanges_ = 0;
  uint64_t values_ = 0;
};

}  // namespace trafrec::reconcile
