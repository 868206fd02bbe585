#include "base/nearest.h"

#include <algorithm>
#include <numeric>

namespace trafrec {
namespace {

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string Nearest(const std::string& wrong, const std::vector<std::string>& names) {
  std::string best;
  size_t least = std::max<size_t>(wrong.size() / 3, 1) + 1;
  for (const std::string& name : names) {
    const bool begins = wrong.size() >= 3 && name.starts_with(wrong);
    const size_t distance = begins ? 1 : EditDistance(wrong, name);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace trafrec
