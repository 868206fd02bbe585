// Which edges have the same flow in all histories: those whose ends lie in different strongly
// connected components of the residual network.

#include <algorithm>

#include "reconcile/model/flow_network.h"

namespace trafrec::reconcile {

/// Tarjan's algorithm without recursion: parts may be as long as logs.
class FlowNetwork::Components {
 public:
  Components(const FlowNetwork& network, const Part& part, std::vector<uint32_t>& component)
      : network_(network), part_(part), component_(component) {}

  /// That of the hub.
  uint32_t Find() {
    for (const Node node : part_.nodes) {
      component_[node] = kNone;
    }
    order_.assign(part_.nodes.size() + 1, kNone);
    low_.assign(part_.nodes.size() + 1, 0);
    for (const Node root : part_.nodes) {
      if (order_[PlaceOf(root)] == kNone) {
        Walk(root);
      }
    }
    return hub_component_;
  }

 private:
  struct Frame {
    Node node;
    uint32_t next;
  };

  size_t PlaceOf(Node node) const {
    return node == network_.hub_ ? part_.nodes.size() : network_.place_in_part_[node];
  }
  const std::vector<Arc>& ArcsOf(Node node) const {
    return node == network_.hub_ ? part_.hub_arcs : network_.arcs_[node];
  }
  uint32_t& ComponentOf(Node node) {
    return node == network_.hub_ ? hub_component_ : component_[node];
  }

  void Walk(Node root) {
    std::vector<Frame> walk{{root, 0}};
    while (!walk.empty()) {
      Frame& frame = walk.back();
      const Node node = frame.node;
      const size_t place = PlaceOf(node);
      if (frame.next == 0) {
        order_[place] = low_[place] = orders_++;
        open_.push_back(node);
      }
      if (const Node child = NextOf(frame, place); child != kNone) {
        walk.push_back({child, 0});
        continue;
      }
      if (low_[place] == order_[place]) {
        Close(node);
      }
      walk.pop_back();
      if (!walk.empty()) {
        uint32_t& low = low_[PlaceOf(walk.back().node)];
        low = std::min(low, low_[place]);
      }
    }
  }

  /// A node behind that one where nobody has been; kNone: there are no more.
  Node NextOf(Frame& frame, size_t place) {
    const std::vector<Arc>& arcs = ArcsOf(frame.node);
    while (frame.next < arcs.size()) {
      const Arc arc = arcs[frame.next++];
      if (network_.Residual(arc) <= 0) {
        continue;
      }
      const Node head = network_.HeadOf(arc);
      const size_t there = PlaceOf(head);
      if (order_[there] == kNone) {
        return head;
      }
      if (ComponentOf(head) == kNone) {
        low_[place] = std::min(low_[place], order_[there]);
      }
    }
    return kNone;
  }

  void Close(Node node) {
    for (Node member = kNone; member != node;) {
      member = open_.back();
      open_.pop_back();
      ComponentOf(member) = components_;
    }
    ++components_;
  }

  const FlowNetwork& network_;
  const Part& part_;
  std::vector<uint32_t>& component_;
  std::vector<uint32_t> order_;  ///< by place
  std::vector<uint32_t> low_;
  std::vector<Node> open_;
  uint32_t orders_ = 0;
  uint32_t components_ = 0;
  uint32_t hub_component_ = kNone;
};

void FlowNetwork::FindComponents(Part& part) const {
  part.hub_component = Components(*this, part, component_).Find();
  part.known = true;
}

}  // namespace trafrec::reconcile
