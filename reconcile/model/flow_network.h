#pragma once

#include <cstdint>
#include <vector>

namespace trafrec::reconcile {

/// A network in which every edge carries a whole number within its bounds, and what comes into a
/// node goes out again. Each such flow is one history; what holds in all of them can be said.
/// Bounds may be changed, and the next Solve starts from the flow that was found last.
class FlowNetwork {
 public:
  using Node = uint32_t;
  using Edge = uint32_t;

  /// An upper bound that no sum of flows reaches.
  static constexpr int32_t kUnbounded = 1 << 30;

  Node AddNode();
  Edge AddEdge(Node from, Node to, int32_t lower, int32_t upper);
  void SetBounds(Edge edge, int32_t lower, int32_t upper);

  int32_t lower(Edge edge) const { return edges_[edge].lower; }
  int32_t upper(Edge edge) const { return edges_[edge].upper; }
  int32_t flow(Edge edge) const { return edges_[edge].flow; }

  /// Finds a flow within all bounds. False: there is none, and the flow is then of no use but to
  /// start from.
  bool Solve();

  /// The flow as it is, to go back to after a trial.
  std::vector<int32_t> Flows() const;
  void SetFlows(const std::vector<int32_t>& flows);

  /// After Solve: for each node the number of its strongly connected component in the residual
  /// network. An edge whose bounds are 0 and 1 has the same flow in all histories if its ends lie
  /// in different ones (Picard, Queyranne: On the structure of all minimum cuts, 1980; Tarjan's
  /// algorithm finds them in one walk).
  std::vector<uint32_t> Components() const;

  bool IsFixed(Edge edge, const std::vector<uint32_t>& components) const {
    const EdgeState& state = edges_[edge];
    return state.lower == state.upper || components[state.from] != components[state.to];
  }

 private:
  struct EdgeState {
    Node from;
    Node to;
    int32_t lower;
    int32_t upper;
    int32_t flow;
  };
  /// One direction of an edge, seen from a node: the edge's number, doubled, plus 1 if backwards.
  using Arc = uint32_t;

  Node HeadOf(Arc arc) const { return arc % 2 == 0 ? edges_[arc / 2].to : edges_[arc / 2].from; }
  int32_t Residual(Arc arc) const {
    const EdgeState& edge = edges_[arc / 2];
    return arc % 2 == 0 ? edge.upper - edge.flow : edge.flow - edge.lower;
  }
  void Push(Arc arc, int32_t amount);
  bool FindLevels(const std::vector<int64_t>& excess, std::vector<uint32_t>& level) const;
  int32_t Augment(Node start, std::vector<int64_t>& excess, const std::vector<uint32_t>& level,
                  std::vector<uint32_t>& next);

  std::vector<EdgeState> edges_;
  std::vector<std::vector<Arc>> arcs_;  ///< by node
};

}  // namespace trafrec::reconcile
