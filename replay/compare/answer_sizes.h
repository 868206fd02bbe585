#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "replay/compare/both_sides.h"

namespace trafrec::compare {

/// Bytes of the bodies of both answers, their encodings taken off.
struct Sizes {
  uint64_t source = 0;
  uint64_t target = 0;

  bool operator==(const Sizes&) const = default;
};

/// How long answers are, by shape. Memory: limits::kSizeShapes times two histograms. One thread.
class AnswerSizes {
 public:
  void Add(const std::string& shape, const Sizes& sizes);

  const BothSides& all() const { return all_; }
  /// Those beyond the limit are together, as "others".
  const std::map<std::string, BothSides>& shapes() const { return shapes_; }

 private:
  BothSides all_;
  std::map<std::string, BothSides> shapes_;
};

}  // namespace trafrec::compare
