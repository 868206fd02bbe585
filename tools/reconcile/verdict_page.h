#pragma once

#include <string>
#include <vector>

#include "reconcile/verdict/judge.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// What a page of verdicts is made of.
struct VerdictReport {
  std::string log{};  ///< as it was named
  const reconcile::History& history;
  const reconcile::Judgement& judgement;
  std::vector<store::AttemptInfo> attempts{};  ///< for what the recorders lost by their own account
};

/// One self-contained page: what was in question, the verdicts by kind and by index, each with its
/// evidence, and what is missing from the log. Of bounded size; what is left out is counted.
std::string VerdictPage(const VerdictReport& report);

}  // namespace trafrec::tools
