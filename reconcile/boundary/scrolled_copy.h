#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconcile/boundary/backfill.h"
#include "reconcile/boundary/copy.h"

namespace trafrec::reconcile {

/// What scrolls copied, as their recorded answers show it. Borrows the log; reads the pages anew
/// for each question, so that memory does not grow with them.
class ScrolledCopy final : public Copy {
 public:
  ScrolledCopy(store::LogReader& log, std::vector<store::ExchangeId> pages)
      : log_(log), pages_(std::move(pages)) {}

  Result<std::vector<CopyDocument>> Documents(std::span<const DocumentName> names) override;

 private:
  store::LogReader& log_;
  const std::vector<store::ExchangeId> pages_;
};

}  // namespace trafrec::reconcile
