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
  std::vector<std::pair<size_t, const RawPacket*>> arrivals;
  for (size_t i = 0; i < packets.size(); ++i) {
    const int copies = chance(impairment.drop) ? 0 : chance(impairment.duplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      const int late = chance(impairment.reorder)
                           ? std::uniform_int_distribution<>(1, impairment.reorder_packets)(random)
                           : 0;
      arrivals.emplace_back(i + static_cast<size_t>(late), &packets[i]);
    }
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<RawPacket> result;
  result.reserve(arrivals.size());
  for (const auto& [place, packet] : arrivals) {
    result.push_back(*packet);
    if (result.size() > 1) {
      result.back().at = std::max(result.back().at, result[result.size() - 2].at);
    }
  }
  return result;
}

std::vector<RawPacket> MergedByTime(std::vector<std::vector<RawPacket>> captures) {
  std::vector<RawPacket> result;
  for (std::vector<RawPacket>& capture : captures) {
    std::move(capture.begin(), capture.end(), std::back_inserter(result));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const RawPacket& a, const RawPacket& b) { return a.at < b.at; });
  return result;
}

}  // namespace trafrec::test_support
