#pragma once

#include <cstddef>

namespace trafrec::reconcile::limits {

/// What is asked of a long log is decided so many questions at a time, and of those who ran beside
/// them: each takes some kilobytes in the model, as it may have taken any number of its time.
constexpr size_t kWindowQuestions = 4'000;

}  // namespace trafrec::reconcile::limits
