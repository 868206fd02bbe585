#include "store/verify/summary_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/reader/summary.h"
#include "store/verify/verify_segment.h"

namespace trafrec::store {
namespace {

/// What is wrong with an attempt that the summary has.
std::optional<std::string> Contradiction(const StoredSummary::Attempt& said,
                                         const AttemptChain* chain) {
  if (chain == nullptr) {
    return "this attempt is missing, but the summary has it";
  }
  if (!said.head) {
    return std::nullopt;
  }
  const StoredManifest* const named = chain->Find(said.head->segment);
  if (named == nullptr) {
    return fmt::format("the summary names its manifest {:06}, which cannot be used",
                       said.head->segment);
  }
  if (named->document.hash() != said.head->hash) {
    return fmt::format("its manifest {:06} is not the one that the summary names",
                       said.head->segment);
  }
  const bool ended = said.state != AttemptState::kRunning;
  if (ended && chain->last_segment() > said.head->segment) {
    return fmt::format(
        "the summary says that it ends with segment {:06}, but there are manifests "
        "up to {:06}",
        said.head->segment, chain->last_segment());
  }
  return std::nullopt;
}

}  // namespace

std::vector<Damage> CheckSummary(const std::filesystem::path& log, const std::string& log_id,
                                 const Chains& chains, std::span<const crypto::VerifyKey> trusted) {
  std::vector<Damage> damages;
  const Result<StoredSummary> summary = ReadSummary(log);
  if (!summary) {
    if (summary.error().code != ErrorCode::kNotFound) {
      damages.push_back({kSummaryName, summary.error().what});
    }
    return damages;
  }
  if (summary->log_id != log_id) {
    damages.push_back({kSummaryName, "it is of another log, " + summary->log_id});
    return damages;
  }
  if (!trusted.empty()) {
    if (const auto problem = SignatureProblem(summary->document, trusted)) {
      damages.push_back({kSummaryName, *problem});
    }
  } else if (summary->document.signature() && !summary->document.SignatureFits()) {
    damages.push_back({kSummaryName, "its signature is wrong"});
  }
  for (const auto& [key, said] : summary->attempts) {
    if (said.state == AttemptState::kDiscarded) {
      continue;
    }
    const auto chain =
        std::ranges::find_if(chains, [&](const auto& each) { return each->attempt() == key; });
    if (const auto wrong = Contradiction(said, chain == chains.end() ? nullptr : chain->get())) {
      damages.push_back({NameInLog(key), *wrong});
    }
  }
  return damages;
}

}  // namespace trafrec::store
