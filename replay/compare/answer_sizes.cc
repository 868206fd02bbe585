#include "replay/compare/answer_sizes.h"

#include "replay/compare/limits.h"

namespace trafrec::compare {

void AnswerSizes::Add(const std::string& shape, const Sizes& sizes) {
  const bool room = shapes_.contains(shape) || shapes_.size() < limits::kSizeShapes;
  for (BothSides* counts : {&all_, &shapes_[room ? shape : "others"]}) {
    counts->source.Add(static_cast<int64_t>(sizes.source));
    counts->target.Add(static_cast<int64_t>(sizes.target));
  }
}

}  // namespace trafrec::compare
