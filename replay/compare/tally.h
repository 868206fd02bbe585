#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "replay/compare/answer_sizes.h"
#include "replay/compare/difference.h"
#include "replay/compare/latencies.h"
#include "replay/compare/rules.h"

namespace trafrec::compare {

/// Differences of one kind, at one place, with one explanation or none, in the answers to requests
/// of one shape.
struct Group {
  std::string shape{};
  Part part = Part::kBody;
  Kind kind = Kind::kValue;
  std::string place{};         ///< a pointer; numbers of elements are `*`
  uint64_t exchanges = 0;      ///< in so many it was found
  std::string first_source{};  ///< the first of them: exchange of the source, and of the run
  std::string first_result{};
  Difference first{};
  /// Some that came later, as far as limits::kSamples; both exchanges of each.
  std::vector<std::pair<std::string, std::string>> others{};
};

/// All exchanges whose requests have one shape.
struct ShapeCount {
  std::string shape{};
  uint64_t compared = 0;
  uint64_t differing = 0;
  Sizes sizes{};  ///< of all together
  /// Pairs that have such a difference, by the name of its part ("body" with lines) and its kind,
  /// and "unexplained".
  std::map<std::string, uint64_t> with{};
};

/// One pair of answers.
struct Compared {
  std::string shape;
  std::string source;  ///< ids of the exchanges
  std::string result;
  Differences differences;  ///< judged by the rules
  PairTimes times{};
  Sizes sizes{};
  std::string kept{};  ///< its form for the next comparison (kept_pair.h); "": it is not kept
};

/// "/items/5/index/status" as "/items/*/index/status".
std::string FoldedPlace(const Difference& difference);

/// What was found in all pairs. Memory is bounded by limits.h, not by the log. One thread.
class Tally {
 public:
  /// `slower_share`: see Latencies.
  explicit Tally(std::vector<Rule> rules, double slower_share = 0.2)
      : rules_(std::move(rules)), hidden_(rules_.size()), latencies_(slower_share) {}

  void Add(const Compared& pair);

  uint64_t compared() const { return compared_; }
  uint64_t differing() const { return differing_; }
  /// Of these, with a difference of which nobody knows where it comes from (known_differences.h).
  uint64_t unexplained() const { return unexplained_; }
  const std::vector<Rule>& rules() const { return rules_; }
  /// Differences that each rule hid.
  const std::vector<uint64_t>& hidden() const { return hidden_; }
  /// Differences beyond the limits: they are counted as differing, but in no group.
  uint64_t ungrouped() const { return ungrouped_; }

  /// Values that redaction replaced on one side: they are not compared.
  uint64_t redacted() const { return redacted_; }

  /// Pairs of bodies that are called JSON and were compared as text, and of the first one the
  /// exchange and why.
  struct AsText {
    uint64_t pairs = 0;
    std::string first{};
    std::string why{};
  };
  const AsText& as_text() const { return as_text_; }

  const Latencies& latencies() const { return latencies_; }
  const AnswerSizes& sizes() const { return sizes_; }

  /// Those that touch most exchanges first.
  std::vector<Group> Groups() const;
  /// The same for shapes.
  std::vector<ShapeCount> Shapes() const;

 private:
  using GroupKey = std::tuple<std::string, Part, Kind, std::string, const KnownDifference*>;

  bool AddToGroup(const Compared& pair, const Difference& difference, std::string place);

  std::vector<Rule> rules_;
  std::vector<uint64_t> hidden_;
  std::map<GroupKey, Group> groups_;
  std::map<std::string, ShapeCount> shapes_;
  Latencies latencies_;
  AnswerSizes sizes_;
  uint64_t compared_ = 0;
  uint64_t differing_ = 0;
  uint64_t unexplained_ = 0;
  uint64_t ungrouped_ = 0;
  uint64_t redacted_ = 0;
  AsText as_text_;
};

}  // namespace trafrec::compare
