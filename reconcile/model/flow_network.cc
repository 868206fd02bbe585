// All histories that fit, as the flows of a network.
//
// A log's network is as long as the log, and what is asked of it is local: whether an operation in
// one second may have run, given what was seen around that second. So nothing here goes through all
// of it more than once. Nearly all nodes are joined through one, the hub, from which flows come and
// to which they go; whatever flow the others balance, the hub is balanced, too, since all that
// leaves one node comes into another. So it is an end of every walk and never on its way: what is
// too much goes to the hub or to who lacks it, what is lacking comes from there, over a path that
// is as long as a few operations. A trial is taken back step by step.
//
// What is the same in all flows is told by strongly connected components of the residual network
// (Picard, Queyranne: On the structure of all minimum cuts, 1980), found part by part: a cycle that
// goes through several parts comes through the hub each time, and is as many cycles.
//
// Rejected: to solve the whole for each trial; and one path at a time, which in a log with many
// losses went far for each.

#include "reconcile/model/flow_network.h"

#include <algorithm>
#include <numeric>

namespace trafrec::reconcile {

FlowNetwork::Node FlowNetwork::AddNode() {
  const auto node = static_cast<Node>(arcs_.size());
  arcs_.emplace_back();
  excess_.push_back(0);
  places_.emplace_back();
  parent_.push_back(node);
  joined_ = false;
  return node;
}

FlowNetwork::Node FlowNetwork::AddHub() { return hub_ = AddNode(); }

FlowNetwork::Edge FlowNetwork::AddEdge(Node from, Node to, int32_t lower, int32_t upper) {
  const auto edge = static_cast<Edge>(edges_.size());
  edges_.push_back({from, to, lower, upper, 0});
  arcs_[from].push_back(2 * edge);
  arcs_[to].push_back(2 * edge + 1);
  if (from != hub_ && to != hub_) {
    parent_[RootOf(from)] = RootOf(to);
  }
  changed_.push_back(edge);
  joined_ = false;
  return edge;
}

void FlowNetwork::SetBounds(Edge edge, int32_t lower, int32_t upper) {
  EdgeState& state = edges_[edge];
  if (joined_) {
    Part& part = PartOf(edge);
    ++part.changes;
    // Without an edge that lies in no cycle, the cycles are the same.
    part.known = part.known && lower == state.flow && upper == state.flow && IsFixed(edge);
  }
  state.lower = lower;
  state.upper = upper;
  changed_.push_back(edge);
}

void FlowNetwork::Push(Arc arc, int32_t amount) {
  EdgeState& edge = edges_[arc / 2];
  undo_.emplace_back(arc / 2, edge.flow);
  edge.flow += arc % 2 == 0 ? amount : -amount;
}

bool FlowNetwork::Solve() {
  if (broken_) {
    changed_.resize(edges_.size());
    std::iota(changed_.begin(), changed_.end(), 0U);
  }
  const std::vector<Edge> changed = std::exchange(changed_, {});
  if (broken_) {
    // Unbalanced flows would not be noticed where nothing changes.
    for (EdgeState& edge : edges_) {
      edge.flow = 0;
    }
  }
  broken_ = !Balance(changed);
  undo_.clear();
  Join();
  return !broken_;
}

bool FlowNetwork::FitsWith(std::span<const std::pair<Edge, int32_t>> flows) {
  std::vector<EdgeState> before;
  std::vector<Edge> changed;
  for (const auto& [edge, flow] : flows) {
    before.push_back(edges_[edge]);
    changed.push_back(edge);
    edges_[edge].lower = edges_[edge].upper = flow;
  }
  const bool fits = Balance(changed);
  for (; !undo_.empty(); undo_.pop_back()) {
    edges_[undo_.back().first].flow = undo_.back().second;
  }
  for (size_t i = flows.size(); i-- > 0;) {
    edges_[flows[i].first] = before[i];
  }
  return fits;
}

/// Brings these edges' flows within their bounds, and all others to fit. The rest is balanced.
bool FlowNetwork::Balance(std::span<const Edge> changed) {
  std::vector<Node> nodes;
  bool fits = true;
  for (const Edge number : changed) {
    const EdgeState& edge = edges_[number];
    if (edge.lower > edge.upper) {
      fits = false;
      break;
    }
    const int32_t flow = std::clamp(edge.flow, edge.lower, edge.upper);
    if (flow != edge.flow) {
      excess_[edge.to] += flow - edge.flow;
      excess_[edge.from] -= flow - edge.flow;
      nodes.push_back(edge.to);
      nodes.push_back(edge.from);
      Push(2 * number, flow - edge.flow);
    }
  }
  for (const bool backwards : {false, true}) {
    fits = fits && Rid(nodes, backwards);
  }
  for (const Node node : nodes) {
    excess_[node] = 0;
  }
  return fits;
}

/// Of what is too much in these nodes, or, backwards, of what they lack: Dinic's algorithm, from
/// all of them at once. False: there is no way.
bool FlowNetwork::Rid(std::span<const Node> nodes, bool backwards) {
  const int64_t sign = backwards ? -1 : 1;
  std::vector<Node> starts;
  while (true) {
    starts.clear();
    for (const Node node : nodes) {
      if (node != hub_ && sign * excess_[node] > 0) {
        starts.push_back(node);
      }
    }
    if (starts.empty()) {
      return true;
    }
    if (!Walk(starts, backwards)) {
      return false;
    }
    for (const Node start : starts) {
      while (sign * excess_[start] > 0 && Augment(start, backwards)) {
      }
    }
  }
}

/// Whether a node takes what is too much, or, backwards, gives what is lacking.
bool FlowNetwork::IsEnd(Node node, bool backwards) const {
  return node == hub_ || (backwards ? excess_[node] > 0 : excess_[node] < 0);
}

/// Steps from the starts, over arcs that have room, as far as the nearest end. False: there is
/// none.
bool FlowNetwork::Walk(std::span<const Node> starts, bool backwards) {
  ++walk_;
  std::vector<Node> queue;
  const auto visit = [&](Node node, uint32_t level) {
    if (places_[node].walk != walk_) {
      places_[node] = {.walk = walk_, .level = level, .next = 0};
      queue.push_back(node);
    }
  };
  for (const Node start : starts) {
    visit(start, 0);
  }
  uint32_t last = kNone;
  size_t at = 0;
  while (at < queue.size()) {
    const Node node = queue[at++];
    const uint32_t level = places_[node].level + 1;
    if (level > last) {
      break;
    }
    for (const Arc arc : arcs_[node]) {
      const Node head = HeadOf(arc);
      if (Residual(arc ^ (backwards ? 1U : 0U)) <= 0) {
        continue;
      }
      if (IsEnd(head, backwards)) {
        last = level;
      }
      if (head != hub_) {
        visit(head, level);
      }
    }
  }
  return last != kNone;
}

/// One path of growing levels, walked without recursion: networks are as long as logs.
bool FlowNetwork::Augment(Node start, bool backwards) {
  const uint32_t turn = backwards ? 1U : 0U;
  std::vector<Arc> path;
  Node node = start;
  while (node == start || !IsEnd(node, backwards)) {
    Place& place = places_[node];
    const auto leads_on = [&](Arc arc) {
      const Node head = HeadOf(arc);
      return Residual(arc ^ turn) > 0 && (head == hub_ || (places_[head].walk == walk_ &&
                                                           places_[head].level == place.level + 1));
    };
    while (place.next < arcs_[node].size() && !leads_on(arcs_[node][place.next])) {
      ++place.next;
    }
    if (place.next < arcs_[node].size()) {
      path.push_back(arcs_[node][place.next]);
      node = HeadOf(path.back());
    } else if (path.empty()) {
      return false;
    } else {
      node = HeadOf(path.back() ^ 1U);
      path.pop_back();
      ++places_[node].next;
    }
  }
  const int64_t sign = backwards ? -1 : 1;
  int64_t amount = sign * excess_[start];
  amount = node == hub_ ? amount : std::min(amount, -sign * excess_[node]);
  for (const Arc arc : path) {
    amount = std::min<int64_t>(amount, Residual(arc ^ turn));
  }
  for (const Arc arc : path) {
    Push(arc ^ turn, static_cast<int32_t>(amount));
  }
  excess_[start] -= sign * amount;
  excess_[node] += node == hub_ ? 0 : sign * amount;
  return true;
}

FlowNetwork::Node FlowNetwork::RootOf(Node node) {
  while (parent_[node] != node) {
    node = parent_[node] = parent_[parent_[node]];
  }
  return node;
}

/// Makes the parts anew after nodes or edges were added.
void FlowNetwork::Join() {
  if (joined_) {
    return;
  }
  joined_ = true;
  parts_.clear();
  part_of_.assign(arcs_.size(), kNone);
  place_in_part_.assign(arcs_.size(), 0);
  component_.assign(arcs_.size(), kNone);
  for (Node node = 0; node < arcs_.size(); ++node) {
    if (node == hub_) {
      continue;
    }
    const Node root = RootOf(node);
    if (part_of_[root] == kNone) {
      part_of_[root] = static_cast<uint32_t>(parts_.size());
      parts_.emplace_back();
    }
    part_of_[node] = part_of_[root];
    Part& part = parts_[part_of_[node]];
    place_in_part_[node] = static_cast<uint32_t>(part.nodes.size());
    part.nodes.push_back(node);
    for (const Arc arc : arcs_[node]) {
      if (HeadOf(arc) == hub_) {
        part.hub_arcs.push_back(arc ^ 1U);
      }
    }
  }
}

FlowNetwork::Part& FlowNetwork::PartOf(Edge edge) const {
  const EdgeState& state = edges_[edge];
  return parts_[part_of_[state.from == hub_ ? state.to : state.from]];
}

uint64_t FlowNetwork::ChangesAround(Edge edge) const { return PartOf(edge).changes; }

bool FlowNetwork::IsFixed(Edge edge) const {
  const EdgeState& state = edges_[edge];
  if (state.lower == state.upper) {
    return true;
  }
  Part& part = PartOf(edge);
  if (!part.known) {
    FindComponents(part);
  }
  const auto component = [&](Node node) {
    return node == hub_ ? part.hub_component : component_[node];
  };
  return component(state.from) != component(state.to);
}

}  // namespace trafrec::reconcile
