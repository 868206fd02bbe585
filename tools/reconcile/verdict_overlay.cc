#include "tools/reconcile/verdict_overlay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <set>
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

/// What a path takes of an id as it is (RFC 3986, section 2.3); all else is encoded.
std::string PathPart(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Numbers for insertions, so that reconciling twice inserts a mutation once: of index, shard and
/// number, and apart from those that a person's insertions get, which count from 1.
class InsertionNumbers {
 public:
  uint64_t Of(const reconcile::MissingMutation& missing) {
    uint64_t index = 5381;
    for (const char c : missing.index) {
      index = index * 33 + static_cast<unsigned char>(c);
    }
    uint64_t number = 0;
    do {
      number = ((index++ & 0x7fffU) << 48U) | (uint64_t{missing.shard & 0xfffU} << 36U) |
               (static_cast<uint64_t>(missing.seq_no + 1) & 0xf'ffff'ffffU);
    } while (!given_.insert(number).second);
    return number;
  }

 private:
  std::set<uint64_t> given_;
};

/// A mutation that is missing from the log, as the document that it left.
store::Insertion InsertionOf(const reconcile::MissingMutation& missing,
                             const reconcile::Sight& sight, uint64_t number) {
  store::Insertion insertion{
      .number = number,
      .place = store::Place::kAtTime,
      .at = missing.ran.until == std::numeric_limits<TimeNs>::max() ? missing.ran.from
                                                                    : missing.ran.until,
      .method = sight.present ? "PUT" : "DELETE",
      .target = fmt::format("/{}/_doc/{}", PathPart(missing.index), PathPart(sight.document.id)),
      .position = missing.position,
      .reason = fmt::format("missing from the log: number {} of shard {}", missing.seq_no,
                            missing.shard)};
  if (!sight.document.routing.empty()) {
    insertion.target += "?routing=" + PathPart(sight.document.routing);
  }
  if (sight.present) {
    insertion.fields.assign("Content-Type: application/json\r\n");
    insertion.body = sight.text;
  }
  return insertion;
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
  InsertionNumbers numbers;
  for (const reconcile::MissingMutation& missing : judgement.missing) {
    if (missing.sight) {
      TRY(overlay->Put(InsertionOf(missing, history.sights[*missing.sight], numbers.Of(missing))));
    }
  }
  TRY(overlay->CheckAgainst(identity.log_id, reader));
  return overlay->Commit();
}

}  // namespace trafrec::tools
