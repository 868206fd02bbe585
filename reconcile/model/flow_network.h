#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace trafrec::reconcile {

/// A network in which every edge carries a whole number within its bounds, and what comes into a
/// node goes out again. Each such flow is one history; what holds in all of them can be said.
/// Bounds may be changed: what follows costs as much as the part of the network around the change.
class FlowNetwork {
 public:
  using Node = uint32_t;
  using Edge = uint32_t;

  /// An upper bound that no sum of flows reaches.
  static constexpr int32_t kUnbounded = 1 << 30;

  Node AddNode();
  /// The node that joins parts of the network which nothing else joins, so that each can be solved
  /// by itself. It is like others but for the cost. At most one.
  Node AddHub();
  Edge AddEdge(Node from, Node to, int32_t lower, int32_t upper);
  void SetBounds(Edge edge, int32_t lower, int32_t upper);

  int32_t flow(Edge edge) const { return edges_[edge].flow; }

  /// Finds a flow within all bounds, from the one that was found last. False: there is none, and
  /// flows are of no use until bounds are changed and there is one again.
  bool Solve();
  /// After Solve: whether there is also a flow that has these on these edges. Leaves all as it was.
  bool FitsWith(std::span<const std::pair<Edge, int32_t>> flows);
  /// After Solve: whether an edge whose bounds are 0 and 1 has the same flow in all histories.
  bool IsFixed(Edge edge) const;
  /// How often bounds or edges were changed in the part of the network that the edge is in.
  uint64_t ChangesAround(Edge edge) const;

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
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  /// Nodes that are joined by edges, and not by the hub alone.
  struct Part {
    std::vector<Node> nodes{};
    std::vector<Arc> hub_arcs{};  ///< from the hub into this part
    uint32_t hub_component = kNone;
    bool known = false;  ///< its components are
    uint64_t changes = 0;
  };
  class Components;

  Node HeadOf(Arc arc) const { return arc % 2 == 0 ? edges_[arc / 2].to : edges_[arc / 2].from; }
  int32_t Residual(Arc arc) const {
    const EdgeState& edge = edges_[arc / 2];
    return arc % 2 == 0 ? edge.upper - edge.flow : edge.flow - edge.lower;
  }
  /// From any node but the hub, whose edges are too many to walk.
  void Push(Arc arc, int32_t amount);
  bool Balance(std::span<const Edge> changed);
  bool Rid(std::span<const Node> nodes, bool backwards);
  bool IsEnd(Node node, bool backwards) const;
  bool Walk(std::span<const Node> starts, bool backwards);
  bool Augment(Node start, bool backwards);
  void Join();
  Node RootOf(Node node);
  Part& PartOf(Edge edge) const;
  void FindComponents(Part& part) const;

  std::vector<EdgeState> edges_;
  std::vector<std::vector<Arc>> arcs_;  ///< by node
  Node hub_ = kNone;
  std::vector<Edge> changed_;                   ///< since the last Solve
  bool broken_ = false;                         ///< the last Solve found nothing
  std::vector<std::pair<Edge, int32_t>> undo_;  ///< flows as they were, to take a trial back

  // While it is balanced.
  std::vector<int64_t> excess_;  ///< by node: so much more comes in than goes out
  struct Place {
    uint32_t walk = 0;   ///< that came by last
    uint32_t level = 0;  ///< so many steps from its start
    uint32_t next = 0;   ///< arcs before this one lead nowhere
  };
  std::vector<Place> places_;  ///< by node
  uint32_t walk_ = 0;

  std::vector<Node> parent_;  ///< by node: towards the one that stands for its part
  bool joined_ = false;       ///< parts are as edges have it
  mutable std::vector<Part> parts_;
  std::vector<uint32_t> part_of_;            ///< by node
  std::vector<uint32_t> place_in_part_;      ///< by node
  mutable std::vector<uint32_t> component_;  ///< by node, within its part
};

}  // namespace trafrec::reconcile
