#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "reconcile/model/flow_network.h"
#include "reconcile/model/index_history.h"
#include "reconcile/model/slot_rules.h"

namespace trafrec::reconcile {

enum class Decision : uint8_t { kOpen, kCommitted, kNotCommitted };

/// All histories of an index that fit what the log shows, as the flows of one network:
///
///   stretch of a document's history (as many operations as its versions say)
///     -> operation (a question: once or not at all; a by-query run: as often as it says)
///     -> number of a shard that no answer names (exactly once)
///
/// A question is decided if it is the same in all of them. The network may admit more histories
/// than there were, never fewer.
class IndexModel {
 public:
  /// `unrecorded`: it is known of another window that somebody wrote whom nobody recorded.
  IndexModel(const History& history, const IndexHistory& index, const Assumptions& assumptions,
             bool unrecorded = false);

  /// False: no history fits, which is an error of ours or of the log, and nothing is decided.
  bool Decide();

  /// `question`: in History::questions.
  Decision DecisionOf(size_t question) const;
  /// Of a by-query request whose answer nobody saw: whether it took numbers of the index. `run`: in
  /// History::by_query.
  Decision DecisionOfRun(size_t run) const;
  /// A number that the question's operation has in a history that fits, if it was committed.
  std::optional<std::pair<uint32_t, int64_t>> NumberOf(size_t question) const;
  /// Numbers of a shard that only traffic can have taken which nobody recorded.
  std::vector<Hole> Unexplained(uint32_t shard) const;
  /// In words, what decided it.
  std::string WordsFor(size_t question) const;
  /// Whether not all that is presumed of requests which ran at the same time can be true.
  bool IsContradicted(size_t question) const;
  /// It may have been committed all the same: who may have its numbers instead is contradicted.
  void Deny(size_t question);
  /// The histories fit only if somebody wrote whom nobody recorded. Then nothing is decided but
  /// what a request's own answer or the wire says.
  bool unrecorded() const { return unrecorded_; }

 private:
  using Node = FlowNetwork::Node;
  using Edge = FlowNetwork::Edge;

  /// Of a shard, and in it the first of its node.
  using Number = std::pair<uint32_t, int64_t>;
  struct Asked {
    size_t question = 0;
    Edge edge = 0;  ///< 1: committed
    Decision decision = Decision::kOpen;
    std::string words{};
    std::vector<std::pair<Edge, Number>> numbers{};
  };
  struct Run {
    Edge edge = 0;  ///< so many operations of it were committed
    int32_t most = 0;
    Decision decision = Decision::kOpen;
  };
  /// Numbers that follow each other, and that the same operations may have taken: which of them has
  /// which makes no difference.
  struct NumbersNode {
    std::span<const Hole> holes{};
    Node node = 0;
    const Slot* slot = nullptr;  ///< whose number it is for certain: a version that was seen
    std::vector<Edge> known{};   ///< from what is recorded
  };
  /// What may have taken numbers: when, between which, how many above all that are known, and which
  /// documents' versions it may have made.
  struct Taker {
    Span ran{};
    int64_t above = -1;
    int64_t below = std::numeric_limits<int64_t>::max();
    int32_t above_most = FlowNetwork::kUnbounded;
    std::function<bool(const Slot&)> may_make{};
    Asked* asked = nullptr;
    bool recorded = true;
  };
  struct ShardNodes {
    std::span<const Hole> holes{};                 ///< that are here, by seq_no
    std::map<int64_t, const Slot*> pinned{};       ///< by seq_no
    std::vector<NumbersNode> numbers{};            ///< by seq_no; none until all takers are known
    std::vector<std::pair<Node, Taker>> takers{};  ///< until then
    Node below = 0;                                ///< numbers before the first that the log shows
    int64_t lowest = 0;                            ///< that the log shows; 0: there are none below
    TimeNs below_until = 0;
    std::optional<Node> outside{};  ///< holes that are not here: not in the window
    Node above = 0;                 ///< numbers beyond those that the log shows
    TimeNs above_from = 0;
    TimeNs above_after = std::numeric_limits<TimeNs>::min();  ///< what had run by then has none
  };
  struct SlotNode {
    const Slot* slot;
    Node node;
  };
  /// Stretches of a shard's documents. All those of one document follow each other.
  struct ShardSlots {
    std::vector<SlotNode> nodes{};
    std::vector<size_t> forced{};  ///< in `nodes`, those that hold something for certain
    Timeline forced_times{};       ///< by their numbers in `forced`
  };

  void AddShards();
  void AddSlots();
  void AddQuestions();
  void AddByQuery();
  void AddRefused();
  void AddHardToIndex();
  void AddLoose();
  void AddLost(const LostTraffic& lost, std::optional<uint32_t> only);
  void AddFound(const ByQueryRun& run, uint32_t shard, Node in, bool counted);
  void AddNewTerm(const Span& term, uint32_t shard);
  int32_t OthersFoundBy(const ByQueryRun& run) const;
  int32_t LeastHere(const Document& document, const Slot& slot) const;
  void AddNumbers(Node from, uint32_t shard, const Taker& taker);
  void TakeNumbers(Node from, uint32_t shard, const Taker& taker);
  void TellNumbersApart();
  void TellNumbersApart(uint32_t shard);
  Number NumberOn(Edge edge, const Number& first) const;
  bool ReachesOutside(uint32_t shard, const Taker& taker) const;
  void AddAutomatic(Asked& asked, Node in);
  void Pin(const Slot& slot, uint32_t shard);

  /// Stretches that hold something for certain, and may have been in that time. All others are left
  /// to who may have written any number of any documents: what takes nothing from a stretch that
  /// needs nothing takes it from the hub.
  template <typename Take>
  void EachForced(uint32_t shard, const Span& ran, const Take& take) const {
    const ShardSlots& slots = slots_[shard];
    for (const size_t forced : slots.forced_times.Meeting(ran)) {
      take(slots.nodes[slots.forced[forced]]);
    }
  }
  bool Settle();
  bool PresumeRuns();
  bool PresumeRefused();
  void NoteContradictions();
  void DecideRuns();
  bool TakeDecided();
  bool TakeFates();
  bool Probe(const OpenRequest& request);
  bool Set(Asked& asked, Decision decision, std::string words);
  bool IsPresumedCarriedOut(const OpenRequest& request) const;
  bool MayHaveDiedMeanwhile(const OpenRequest& request) const;
  bool MayHaveRestarted(const Span& span) const;
  std::vector<Asked*> AskedOf(const OpenRequest& request);
  uint64_t ChangesAround(const OpenRequest& request);
  bool MustCommit(const Asked& asked, const SlotRules& rules) const;

  const History& history_;
  const IndexHistory& index_;
  const SlotRules rules_;
  const Assumptions assumptions_;
  Span reach_{};  ///< the window's, and of all requests that it sees
  const std::unordered_set<const Slot*> accounted_;
  const std::unordered_set<const Slot*> claimed_;  ///< if what was lost in flows is apart, too
  FlowNetwork network_;
  Node hub_ = 0;  ///< where operations come from, and where numbers go
  std::vector<ShardNodes> shards_;
  bool told_apart_ = false;        ///< their numbers
  std::vector<ShardSlots> slots_;  ///< by shard
  /// By document: its first stretch in its shard's nodes, and the one behind its last.
  std::vector<std::pair<size_t, size_t>> slots_of_;
  std::map<size_t, Asked> asked_;  ///< by question
  std::vector<Span> contradicted_;
  std::set<Number> denied_;
  std::map<size_t, Run> runs_;                ///< in question, by their numbers
  std::vector<const OpenRequest*> requests_;  ///< of these questions, in the log's order
  std::vector<uint64_t> probed_;  ///< by request: the changes around it when nothing followed
  bool unrecorded_ = false;
};

}  // namespace trafrec::reconcile
