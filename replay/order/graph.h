#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

namespace trafrec::order {

/// A node by its number, and a digest of what it waits for, all the way back. Digests are the same
/// whatever has ended meanwhile.
struct NodeRef {
  uint64_t id = 0;
  uint64_t digest = 0;
};

/// Mixes `value` into a digest; the order counts.
uint64_t Mixed(uint64_t digest, uint64_t value);

/// Who waits for whom. A node is an operation, or a join: that stands for many operations, so that
/// a search over a thousand writes and the next search over the same ones do not need two thousand
/// edges. What has ended is forgotten; to wait for it is to wait for nothing. One thread.
class Graph {
 public:
  /// An operation; its number is the caller's, each one greater than the last one, all below
  /// kFirstJoin. `gated`: it waits for Open, too.
  NodeRef AddOperation(uint64_t number, std::span<const NodeRef> waits_for, bool gated);
  NodeRef AddJoin(std::span<const NodeRef> waits_for);
  /// Lets `later`, which was not taken yet, wait for `earlier`, too. False: it was taken.
  bool AddEdge(uint64_t earlier, uint64_t later);
  void Open(uint64_t number);

  /// The operation with the least number of those that wait for nothing; each is given out once.
  std::optional<uint64_t> Take();
  /// Gives out an operation although it waits. Nothing happens if it was taken or has ended.
  bool Force(uint64_t number);
  bool has_ready() const { return !ready_.empty(); }
  /// It was taken and is done: whoever waited for it does no longer.
  void End(uint64_t number);

  /// Whether `to` is one of `from` or waits for one, through whatever stands between. Where that
  /// takes more than kLook nodes, it counts as so. As long as none of `from` was taken, the
  /// answer depends on edges alone and not on what has ended.
  bool Reaches(std::span<const uint64_t> from, uint64_t to) const;

  /// The operations that it waits for itself, those behind joins included, ascending.
  std::vector<uint64_t> WaitsFor(uint64_t number) const;

  static constexpr uint64_t kFirstJoin = uint64_t{1} << 63;
  static constexpr size_t kLook = 4'096;

 private:
  struct Node {
    uint32_t waits = 0;  ///< for so many nodes, and for the gate
    bool gated = false;
    bool taken = false;
    bool there = true;                ///< it has not ended
    std::vector<uint64_t> later{};    ///< who waits for it
    std::vector<uint64_t> earlier{};  ///< for whom it waited when it was made
  };

  NodeRef Add(uint64_t id, std::span<const NodeRef> waits_for, bool gated);
  Node& Make(uint64_t id);
  /// Null: it has ended.
  Node* Find(uint64_t id);
  const Node* Find(uint64_t id) const;
  template <typename Self>
  static auto FindIn(Self& self, uint64_t id) -> decltype(&self.operations_.front());
  void Forget(uint64_t operation);
  void LetGo(uint64_t id);

  /// Operations from first_ on. They come and go nearly in their order: a table by hash would ask
  /// for memory, and look for a place, with each.
  std::deque<Node> operations_;
  uint64_t first_ = 0;
  std::unordered_map<uint64_t, Node> joins_;
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> ready_;
  uint64_t next_join_ = kFirstJoin;
};

}  // namespace trafrec::order
