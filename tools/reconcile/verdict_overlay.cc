#include "tools/reconcile/verdict_overlay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <string>
#include <vector>

#include "store/files/log_layout.h"
#include "store/overlay/overlay_writer.h"

namespace trafrec::tools {
namespace {

std::string WordsOf(const std::vector<reconcile::Evidence>& evidence) {
  std::vector<std::string> words;
  for (const reconcile::Evidence& each : evidence) {
    words.push_back(each.words);
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace

Status WriteVerdicts(const std::filesystem::path& file, const std::filesystem::path& log,
                     store::LogReader& reader, const reconcile::History& history,
                     const reconcile::Judgement& judgement, bool presumed) {
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(log));
  TRY_ASSIGN(const auto overlay, store::OverlayWriter::Open(file, identity.log_id));
  for (const reconcile::Finding& finding : judgement.findings) {
    const store::OperationAddress& at = history.questions[finding.question].at;
    const bool kept = presumed || finding.grade == store::Grade::kProven;
    store::OverlayVerdict verdict{.evidence = WordsOf(finding.evidence)};
    if (kept) {
      verdict.verdict = finding.verdict;
      verdict.grade = finding.grade;
    }
    TRY(overlay->Put(store::OverlayEntry{at, verdict}));
    if (kept && finding.position) {
      TRY(overlay->Put(store::OverlayEntry{at, *finding.position}));
    }
  }
  TRY(overlay->CheckAgainst(identity.log_id, reader));
  return overlay->Commit();
}

}  // namespace trafrec::tools
