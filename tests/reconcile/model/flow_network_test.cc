#include "reconcile/model/flow_network.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace trafrec::reconcile {
namespace {

/// A few edges with small bounds, so that all flows can be tried.
struct SmallNetwork {
  struct Bounds {
    FlowNetwork::Node from;
    FlowNetwork::Node to;
    int32_t lower;
    int32_t upper;
  };

  static constexpr uint32_t kNodes = 5;
  std::vector<Bounds> edges;

  explicit SmallNetwork(uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
    for (int i = 0; i < 8; ++i) {
      const uint32_t from = below(kNodes);
      const uint32_t to = (from + 1 + below(kNodes - 1)) % kNodes;
      const auto upper = static_cast<int32_t>(below(3));
      edges.push_back({from, to, upper == 0 ? 0 : static_cast<int32_t>(below(2)), upper});
    }
  }

  /// `hub`: its first node joins the others.
  FlowNetwork Make(bool hub = false) const {
    FlowNetwork network;
    for (uint32_t i = 0; i < kNodes; ++i) {
      i == 0 && hub ? network.AddHub() : network.AddNode();
    }
    for (const Bounds& edge : edges) {
      network.AddEdge(edge.from, edge.to, edge.lower, edge.upper);
    }
    return network;
  }

  /// The values of each edge over all flows; all empty if there is none.
  std::vector<std::set<int32_t>> AllFlows() const {
    std::vector<std::set<int32_t>> values(edges.size());
    std::vector<int32_t> flow(edges.size());
    Try(0, flow, values);
    return values;
  }

 private:
  void Try(size_t at, std::vector<int32_t>& flow, std::vector<std::set<int32_t>>& values) const {
    if (at < edges.size()) {
      for (int32_t value = edges[at].lower; value <= edges[at].upper; ++value) {
        flow[at] = value;
        Try(at + 1, flow, values);
      }
      return;
    }
    std::vector<int32_t> balance(kNodes, 0);
    for (size_t i = 0; i < edges.size(); ++i) {
      balance[edges[i].from] -= flow[i];
      balance[edges[i].to] += flow[i];
    }
    if (balance == std::vector<int32_t>(kNodes, 0)) {
      for (size_t i = 0; i < edges.size(); ++i) {
        values[i].insert(flow[i]);
      }
    }
  }
};

TEST(FlowNetwork, FindsAFlowIfAndOnlyIfThereIsOne) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const SmallNetwork small(seed);
    EXPECT_EQ(small.Make().Solve(), !small.AllFlows().front().empty()) << "seed " << seed;
  }
}

TEST(FlowNetwork, FlowKeepsAllBoundsAndBalances) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const SmallNetwork small(seed);
    FlowNetwork network = small.Make();
    if (!network.Solve()) {
      continue;
    }
    std::vector<int32_t> balance(SmallNetwork::kNodes, 0);
    for (uint32_t i = 0; i < small.edges.size(); ++i) {
      EXPECT_GE(network.flow(i), small.edges[i].lower);
      EXPECT_LE(network.flow(i), small.edges[i].upper);
      balance[small.edges[i].from] -= network.flow(i);
      balance[small.edges[i].to] += network.flow(i);
    }
    EXPECT_EQ(balance, std::vector<int32_t>(SmallNetwork::kNodes, 0)) << "seed " << seed;
  }
}

TEST(FlowNetwork, CallsAnEdgeFixedIfAndOnlyIfEveryFlowIsTheSameThere) {
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    const SmallNetwork small(seed);
    FlowNetwork network = small.Make(seed % 2 == 0);
    if (!network.Solve()) {
      continue;
    }
    const auto values = small.AllFlows();
    for (uint32_t i = 0; i < small.edges.size(); ++i) {
      if (small.edges[i].upper == 1) {
        EXPECT_EQ(network.IsFixed(i), values[i].size() == 1) << "seed " << seed << ", edge " << i;
      }
    }
  }
}

TEST(FlowNetwork, GoesOnFromAnEarlierFlowAfterBoundsHaveChanged) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SmallNetwork small(seed);
    FlowNetwork network = small.Make(seed % 2 == 0);
    network.Solve();
    small.edges[0].lower = small.edges[0].upper = 1;
    network.SetBounds(0, 1, 1);
    EXPECT_EQ(network.Solve(), !small.AllFlows().front().empty()) << "seed " << seed;
  }
}

TEST(FlowNetwork, TriesFlowsAndLeavesAllAsItWas) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const SmallNetwork small(seed);
    FlowNetwork network = small.Make(seed % 2 == 0);
    if (!network.Solve()) {
      continue;
    }
    const auto values = small.AllFlows();
    for (uint32_t i = 0; i < small.edges.size(); ++i) {
      for (int32_t value = small.edges[i].lower; value <= small.edges[i].upper; ++value) {
        const std::pair<FlowNetwork::Edge, int32_t> wanted{i, value};
        const int32_t before = network.flow(i);
        EXPECT_EQ(network.FitsWith({&wanted, 1}), values[i].contains(value)) << "seed " << seed;
        EXPECT_EQ(network.flow(i), before);
      }
    }
  }
}

/// As long as a log's network, and solved in parts that only a hub joins, or as a whole.
TEST(FlowNetwork, SaysTheSameInPartsAndAsAWhole) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    FlowNetwork parts;
    FlowNetwork whole;
    parts.AddHub();
    whole.AddNode();
    constexpr uint32_t kParts = 60;
    constexpr uint32_t kEach = 6;
    for (uint32_t i = 0; i < kParts * kEach; ++i) {
      parts.AddNode();
      whole.AddNode();
    }
    uint32_t edges = 0;
    const auto add = [&](uint32_t from, uint32_t to, int32_t lower) {
      parts.AddEdge(from, to, lower, 1);
      whole.AddEdge(from, to, lower, 1);
      ++edges;
    };
    for (uint32_t part = 0; part < kParts; ++part) {
      const auto any = [&] { return 1 + part * kEach + static_cast<uint32_t>(random() % kEach); };
      add(0, any(), static_cast<int32_t>(random() % 2));
      add(any(), 0, 0);
      add(any(), 0, static_cast<int32_t>(random() % 2));
      for (int i = 0; i < 10; ++i) {
        const uint32_t from = any();
        const uint32_t to = any();
        if (from != to) {
          add(from, to, 0);
        }
      }
    }
    for (int change = 0; change < 20; ++change) {
      const auto edge = static_cast<FlowNetwork::Edge>(random() % edges);
      const auto lower = static_cast<int32_t>(random() % 2);
      parts.SetBounds(edge, lower == 1 && change % 4 == 0 ? 1 : 0, 1);
      whole.SetBounds(edge, lower == 1 && change % 4 == 0 ? 1 : 0, 1);
      const bool fits = whole.Solve();
      ASSERT_EQ(parts.Solve(), fits) << "seed " << seed;
      for (uint32_t i = 0; i < edges && fits; ++i) {
        ASSERT_EQ(parts.IsFixed(i), whole.IsFixed(i)) << "seed " << seed << ", edge " << i;
      }
    }
  }
}

}  // namespace
}  // namespace trafrec::reconcile
