#include "base/counters.h"

#include <map>

namespace trafrec {

std::vector<std::string> BrokenSums(const Counters& counters) {
  struct Sum {
    uint64_t total = 0;
    std::string parts;
  };
  std::map<std::string, Sum> sums;
  std::map<std::string, uint64_t> values;
  std::vector<std::string> broken;
  for (const Counter& counter : counters) {
    if (!values.emplace(counter.name, counter.value).second) {
      broken.push_back(counter.name + " is counted twice");
    }
    if (counter.part_of.empty()) {
      continue;
    }
    Sum& sum = sums[counter.part_of];
    sum.total += counter.value;
    sum.parts +=
        (sum.parts.empty() ? "" : ", ") + counter.name + " " + std::to_string(counter.value);
  }
  for (const auto& [whole, sum] : sums) {
    const auto found = values.find(whole);
    const uint64_t expected = found == values.end() ? 0 : found->second;
    if (expected != sum.total) {
      broken.push_back(whole + " is " + std::to_string(expected) + ", but its parts add up to " +
                       std::to_string(sum.total) + " (" + sum.parts + ")");
    }
  }
  return broken;
}

}  // namespace trafrec
