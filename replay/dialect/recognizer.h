#pragma once

#include <cstdint>

#include "replay/dialect/dialect.h"

namespace trafrec::dialect {

/// Finds out which dialect a log speaks, from some of its exchanges. Keeps counts only.
class Recognizer {
 public:
  /// `answer` may be null.
  void Look(const RequestView& request, const AnswerView* answer);

  /// The search dialect if an answer named the product, or if at least half of the requests have a
  /// path that only search engines have ("/logs/_search"); else http.
  const Dialect& Best() const;

 private:
  uint64_t looked_ = 0;
  uint64_t typical_ = 0;
  uint64_t named_ = 0;
};

}  // namespace trafrec::dialect
