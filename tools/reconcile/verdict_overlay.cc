#include "tools/reconcile/verdict_overlay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "reconcile/verdict/journal_plan.h"
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
  uint64_t Of(std::string_view name, uint32_t shard, int64_t seq_no) {
    uint64_t index = 5381;
    for (const char c : name) {
      index = index * 33 + static_cast<unsigned char>(c);
    }
    uint64_t number = 0;
    do {
      number = ((index++ & 0x7fffU) << 48U) | (uint64_t{shard & 0xfffU} << 36U) |
               (static_cast<uint64_t>(seq_no + 1) & 0xf'ffff'ffffU);
    } while (!given_.insert(number).second);
    return number;
  }

 private:
  std::set<uint64_t> given_;
};

/// What the source made of a log, as entries and insertions.
class VerdictOverlay {
 public:
  VerdictOverlay(const reconcile::History& history, store::OverlayWriter& overlay)
      : history_(history), overlay_(overlay) {}

  Status AddFinding(const reconcile::Finding& finding, bool presumed) {
    const store::OperationAddress& at = history_.questions[finding.question].at;
    const bool kept = presumed || finding.grade == store::Grade::kProven;
    store::OverlayVerdict verdict{.evidence = WordsOf(finding.evidence)};
    if (kept) {
      verdict.verdict = finding.verdict;
      verdict.grade = finding.grade;
    }
    TRY(overlay_.Put(store::OverlayEntry{at, verdict}));
    if (kept && finding.position) {
      TRY(overlay_.Put(store::OverlayEntry{at, *finding.position}));
    }
    return {};
  }

  /// What gives way to the source's journal, and what comes in its place.
  Status AddJournal(const reconcile::JournalPlan& plan, const reconcile::Judgement& judgement) {
    for (const size_t finding : plan.replaced) {
      const size_t question = judgement.findings[finding].question;
      TRY(overlay_.Put(store::OverlayEntry{
          history_.questions[question].at,
          store::OverlayDrop{"what it did, if it did, is inserted from the source's journal"}}));
    }
    for (const store::ExchangeId& id : plan.by_queries) {
      TRY(overlay_.Put(store::OverlayEntry{
          {id, std::nullopt},
          store::OverlayDrop{"its operations are inserted from the source's journal"}}));
    }
    for (const reconcile::JournalWrite& write : plan.writes) {
      TRY(Insert(write.index, write.position, write.by, history_.sights[write.sight],
                 "from the source's journal"));
    }
    return {};
  }

  Status AddMissing(const reconcile::MissingMutation& missing) {
    if (!missing.sight || !missing.position) {
      return {};
    }
    // An answer of the log may show the number, and nothing of what it left.
    const reconcile::Sight& sight = history_.sights[*missing.sight];
    if (sight.present ? sight.text.empty() : !sight.by_journal) {
      return {};
    }
    return Insert(missing.index, *missing.position, std::min(missing.ran.until, history_.until),
                  sight, "missing from the log");
  }

 private:
  /// What a number left, as a write of its document, once for each number.
  Status Insert(const std::string& index, const store::CommitPosition& position, TimeNs by,
                const reconcile::Sight& sight, std::string_view why) {
    if (!inserted_.insert({index, position.shard, position.seq_no}).second) {
      return {};
    }
    store::Insertion insertion{
        .number = numbers_.Of(index, position.shard, position.seq_no),
        .place = store::Place::kAtTime,
        // Who took a greater number may have been answered just then, and comes after it.
        .at = by == history_.until ? by : by - 1,
        .method = sight.present ? "PUT" : "DELETE",
        .target = fmt::format("/{}/_doc/{}", PathPart(index), PathPart(sight.document.id)),
        .position = position,
        .reason = fmt::format("{}: number {} of shard {}", why, position.seq_no, position.shard)};
    if (!sight.document.routing.empty()) {
      insertion.target += "?routing=" + PathPart(sight.document.routing);
    }
    if (sight.present) {
      insertion.fields.assign("Content-Type: application/json\r\n");
      insertion.body = sight.text;
    }
    TRY(overlay_.Put(insertion));
    return {};
  }

  const reconcile::History& history_;
  store::OverlayWriter& overlay_;
  InsertionNumbers numbers_;
  std::set<std::tuple<std::string, uint32_t, int64_t>> inserted_;
};

/// SQLite says no more than that it is full.
Status WithRemedy(Status written) {
  if (!written && written.error().code == ErrorCode::kNoSpace && written.error().remedy.empty()) {
    return Fail(ErrorCode::kNoSpace, written.error().what,
                "make room there, or name another place; what was there is as it was");
  }
  return written;
}

Status Write(const std::filesystem::path& file, const std::filesystem::path& log,
             store::LogReader& reader, const reconcile::History& history,
             const reconcile::Judgement& judgement, bool presumed) {
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(log));
  TRY_ASSIGN(const auto overlay, store::OverlayWriter::Open(file, identity.log_id));
  VerdictOverlay made(history, *overlay);
  for (const reconcile::Finding& finding : judgement.findings) {
    TRY(made.AddFinding(finding, presumed));
  }
  TRY(made.AddJournal(PlanFromJournal(history, judgement), judgement));
  for (const reconcile::MissingMutation& missing : judgement.missing) {
    TRY(made.AddMissing(missing));
  }
  TRY(overlay->CheckAgainst(identity.log_id, reader));
  return overlay->Commit();
}

}  // namespace

Status WriteVerdicts(const std::filesystem::path& file, const std::filesystem::path& log,
                     store::LogReader& reader, const reconcile::History& history,
                     const reconcile::Judgement& judgement, bool presumed) {
  return WithRemedy(Write(file, log, reader, history, judgement, presumed));
}

Status CheckOverlay(const std::filesystem::path& file, const std::filesystem::path& log) {
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(log));
  TRY(store::OverlayWriter::Open(file, identity.log_id));  // closed at once: nothing is written
  return {};
}

}  // namespace trafrec::tools
