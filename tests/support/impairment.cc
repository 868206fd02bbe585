#include "tests/support/impairment.h"

#include <algorithm>
#include <random>
#include <utility>

namespace trafrec::test_support {

std::vector<RawPacket> Impaired(const std::vector<RawPacket>& packets,
                                const Impairment& impairment) {
  std::mt19937_64 random(impairment.seed);
  const auto chance = [&random](double rate) {
    return std::uniform_real_distribution<>(0, 1)(random) < rate;
  };
  // Each copy gets a place in the order of arrival; a late one that of a later packet.
  std::vector<std::pair<size_t, size_t>> arrivals;
  for (size_t i = 0; i < packets.size(); ++i) {
    const int copies = chance(impairment.drop) ? 0 : chance(impairment.duplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      const int late = chance(impairment.reorder)
                           ? std::uniform_int_distribution<>(1, impairment.reorder_packets)(random)
                           : 0;
      arrivals.emplace_back(i + static_cast<size_t>(late), i);
    }
  }
  std::sort(arrivals.begin(), arrivals.end());
  std::vector<RawPacket> result;
  result.reserve(arrivals.size());
  for (const auto& [place, index] : arrivals) {
    result.push_back(packets[index]);
    if (result.size() > 1) {
      result.back().at = std::max(result.back().at, result[result.size() - 2].at);
    }
  }
  return result;
}

std::vector<RawPacket> MergedByTime(std::vector<std::vector<RawPacket>> captures) {
  std::vector<RawPacket*> order;
  for (std::vector<RawPacket>& capture : captures) {
    for (RawPacket& packet : capture) {
      order.push_back(&packet);
    }
  }
  std::vector<std::pair<TimeNs, size_t>> places;
  places.reserve(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    places.emplace_back(order[i]->at, i);
  }
  std::sort(places.begin(), places.end());
  std::vector<RawPacket> result;
  result.reserve(order.size());
  for (const auto& [at, index] : places) {
    result.push_back(std::move(*order[index]));
  }
  return result;
}

}  // namespace trafrec::test_support
