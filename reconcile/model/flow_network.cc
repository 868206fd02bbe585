#include "reconcile/model/flow_network.h"

#include <algorithm>
#include <limits>

namespace trafrec::reconcile {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

}  // namespace

FlowNetwork::Node FlowNetwork::AddNode() {
  arcs_.emplace_back();
  return static_cast<Node>(arcs_.size() - 1);
}

FlowNetwork::Edge FlowNetwork::AddEdge(Node from, Node to, int32_t lower, int32_t upper) {
  const auto edge = static_cast<Edge>(edges_.size());
  edges_.push_back({from, to, lower, upper, 0});
  arcs_[from].push_back(2 * edge);
  arcs_[to].push_back(2 * edge + 1);
  return edge;
}

void FlowNetwork::SetBounds(Edge edge, int32_t lower, int32_t upper) {
  edges_[edge].lower = lower;
  edges_[edge].upper = upper;
}

std::vector<int32_t> FlowNetwork::Flows() const {
  std::vector<int32_t> flows(edges_.size());
  std::ranges::transform(edges_, flows.begin(), &EdgeState::flow);
  return flows;
}

void FlowNetwork::SetFlows(const std::vector<int32_t>& flows) {
  for (size_t i = 0; i < flows.size(); ++i) {
    edges_[i].flow = flows[i];
  }
}

void FlowNetwork::Push(Arc arc, int32_t amount) {
  edges_[arc / 2].flow += arc % 2 == 0 ? amount : -amount;
}

// Nodes into which more comes than goes out (excess > 0) must get rid of it along residual arcs, to
// nodes that lack some. Dinic's algorithm from all of them at once.
bool FlowNetwork::Solve() {
  std::vector<int64_t> excess(arcs_.size(), 0);
  for (EdgeState& edge : edges_) {
    if (edge.lower > edge.upper) {
      return false;
    }
    edge.flow = std::clamp(edge.flow, edge.lower, edge.upper);
    excess[edge.to] += edge.flow;
    excess[edge.from] -= edge.flow;
  }
  std::vector<uint32_t> level;
  while (FindLevels(excess, level)) {
    std::vector<uint32_t> next(arcs_.size(), 0);
    for (Node node = 0; node < arcs_.size(); ++node) {
      while (excess[node] > 0 && Augment(node, excess, level, next) > 0) {
      }
    }
  }
  return std::ranges::all_of(excess, [](int64_t e) { return e == 0; });
}

/// Distances from the nodes with too much. False: none that lacks some can be reached.
bool FlowNetwork::FindLevels(const std::vector<int64_t>& excess,
                             std::vector<uint32_t>& level) const {
  level.assign(arcs_.size(), kNone);
  std::vector<Node> queue;
  for (Node node = 0; node < arcs_.size(); ++node) {
    if (excess[node] > 0) {
      level[node] = 0;
      queue.push_back(node);
    }
  }
  bool reached = false;
  for (size_t at = 0; at < queue.size(); ++at) {
    for (const Arc arc : arcs_[queue[at]]) {
      const Node head = HeadOf(arc);
      if (level[head] == kNone && Residual(arc) > 0) {
        level[head] = level[queue[at]] + 1;
        queue.push_back(head);
        reached = reached || excess[head] < 0;
      }
    }
  }
  return reached;
}

/// One path of growing levels, walked without recursion: networks are as long as logs.
int32_t FlowNetwork::Augment(Node start, std::vector<int64_t>& excess,
                             const std::vector<uint32_t>& level, std::vector<uint32_t>& next) {
  std::vector<Arc> path;
  Node node = start;
  while (excess[node] >= 0) {
    bool advanced = false;
    for (uint32_t& at = next[node]; at < arcs_[node].size(); ++at) {
      const Arc arc = arcs_[node][at];
      if (Residual(arc) > 0 && level[HeadOf(arc)] == level[node] + 1) {
        path.push_back(arc);
        node = HeadOf(arc);
        advanced = true;
        break;
      }
    }
    if (!advanced) {
      if (path.empty()) {
        return 0;
      }
      node = HeadOf(path.back() ^ 1U);
      path.pop_back();
      ++next[node];
    }
  }
  int64_t amount = std::min(excess[start], -excess[node]);
  for (const Arc arc : path) {
    amount = std::min<int64_t>(amount, Residual(arc));
  }
  for (const Arc arc : path) {
    Push(arc, static_cast<int32_t>(amount));
  }
  excess[start] -= amount;
  excess[node] += amount;
  return static_cast<int32_t>(amount);
}

std::vector<uint32_t> FlowNetwork::Components() const {
  struct Frame {
    Node node;
    uint32_t next;
  };
  std::vector<uint32_t> component(arcs_.size(), kNone);
  std::vector<uint32_t> order(arcs_.size(), kNone);
  std::vector<uint32_t> low(arcs_.size(), 0);
  std::vector<Node> open;
  std::vector<Frame> walk;
  uint32_t orders = 0;
  uint32_t components = 0;
  for (Node root = 0; root < arcs_.size(); ++root) {
    if (order[root] != kNone) {
      continue;
    }
    walk.push_back({root, 0});
    while (!walk.empty()) {
      Frame& frame = walk.back();
      const Node node = frame.node;
      if (frame.next == 0) {
        order[node] = low[node] = orders++;
        open.push_back(node);
      }
      Node child = kNone;
      while (frame.next < arcs_[node].size() && child == kNone) {
        const Arc arc = arcs_[node][frame.next++];
        const Node head = HeadOf(arc);
        if (Residual(arc) <= 0) {
          continue;
        }
        if (order[head] == kNone) {
          child = head;
        } else if (component[head] == kNone) {
          low[node] = std::min(low[node], order[head]);
        }
      }
      if (child != kNone) {
        walk.push_back({child, 0});
        continue;
      }
      if (low[node] == order[node]) {
        for (Node member = kNone; member != node;) {
          member = open.back();
          open.pop_back();
          component[member] = components;
        }
        ++components;
      }
      walk.pop_back();
      if (!walk.empty()) {
        low[walk.back().node] = std::min(low[walk.back().node], low[node]);
      }
    }
  }
  return component;
}

}  // namespace trafrec::reconcile
