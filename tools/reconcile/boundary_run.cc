#include "tools/reconcile/boundary_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/boundary/backfill.h"
#include "reconcile/boundary/boundary.h"
#include "reconcile/boundary/restored_copy.h"
#include "reconcile/boundary/scrolled_copy.h"
#include "replay/recorded/recognize.h"
#include "store/reader/exchange_id.h"
#include "tools/output.h"
#include "tools/reconcile/boundary_overlay.h"
#include "tools/reconcile/boundary_report.h"
#include "tools/reconcile/redacted_protocol.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

Result<const dialect::Dialect*> DialectOf(const BoundaryOptions& options, store::LogReader& log) {
  const dialect::Dialect* dialect = dialect::FindDialect(options.dialect);
  if (dialect == nullptr) {
    TRY_ASSIGN(dialect, recorded::RecognizeDialect(log));
  }
  if (dialect->name() != "search") {
    return Fail(ErrorCode::kUsage, options.log + " is no log of a search engine",
                "boundary is for backfills of Elasticsearch and OpenSearch");
  }
  return dialect;
}

Status RequireEnd(const reconcile::Backfill& backfill) {
  for (const reconcile::CopiedPart& part : backfill.parts) {
    if (part.ended == std::numeric_limits<TimeNs>::max()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("the log does not show that {} {} ({}) came to its end",
                              reconcile::NameOf(backfill.method), backfill.name,
                              store::FormatExchangeId(part.taken_by)),
                  "name what was restored from it with --target URL");
    }
  }
  return {};
}

Result<reconcile::BackfillWish> WishOf(const BoundaryOptions& options) {
  reconcile::BackfillWish wish;
  if (options.method == "snapshot") {
    wish.method = reconcile::Method::kSnapshot;
  } else if (options.method == "scroll") {
    wish.method = reconcile::Method::kScroll;
  }
  for (const std::string& id : options.backfills) {
    TRY_ASSIGN(const store::OperationAddress at, Named("--backfill", store::ParseAddress(id)));
    wish.taken_by.push_back(at.exchange);
  }
  return wish;
}

/// The backfill, and who can say what is in it.
struct Evidence {
  reconcile::Backfill backfill;
  std::unique_ptr<reconcile::Copy> copy;  ///< null: nobody
  reconcile::ShardLimits limits{};
};

/// Of a restored copy: what it has, instead of what the snapshot was asked to take.
Result<Evidence> OfRestored(std::unique_ptr<reconcile::RestoredCopy> copy, store::LogReader& log,
                            const dialect::Dialect& dialect, reconcile::BackfillWish wish) {
  wish.method = reconcile::Method::kSnapshot;
  const std::set<std::string> names = copy->Snapshots();
  if (wish.taken_by.empty() && names.size() == 1) {
    wish.snapshot = *names.begin();
  }
  TRY_ASSIGN(reconcile::Backfill backfill, reconcile::FindBackfill(log, dialect, wish));
  TRY(copy->Keep(backfill.name.substr(backfill.name.rfind('/') + 1)));
  backfill.parts.front().indices = copy->Indices();
  TRY_ASSIGN(std::vector<reconcile::IndexSettings> settings, copy->Settings());
  std::ranges::move(settings, std::back_inserter(backfill.settings));
  reconcile::ShardLimits limits = copy->limits();
  return Evidence{std::move(backfill), std::move(copy), std::move(limits)};
}

/// What the scrolls showed must be what the target has.
Status CompareCounts(const reconcile::Backfill& backfill, const send::Target& target) {
  TRY_ASSIGN(reconcile::LiveSource asked, reconcile::LiveSource::Open(target));
  for (const reconcile::CopiedPart& part : backfill.parts) {
    const std::string& index = part.indices.front();
    TRY(asked.Refresh(index));
    TRY_ASSIGN(const int64_t count, asked.Count(index));
    if (part.total && count != *part.total) {
      return Fail(
          ErrorCode::kUsage,
          fmt::format("{} at the target {} has {} documents, and the scroll ({}) showed {}", index,
                      target.url, count, store::FormatExchangeId(part.taken_by), *part.total),
          "name the target that was filled from it, before anything is replayed to it");
    }
  }
  return {};
}

Result<Evidence> OfLog(const BoundaryOptions& options, store::LogReader& log,
                       const dialect::Dialect& dialect, const reconcile::BackfillWish& wish,
                       const send::Target& target) {
  TRY_ASSIGN(reconcile::Backfill backfill, reconcile::FindBackfill(log, dialect, wish));
  TRY(RequireEnd(backfill));
  if (backfill.method == reconcile::Method::kSnapshot) {
    return Evidence{std::move(backfill), nullptr};
  }
  if (!options.target.empty()) {
    TRY(CompareCounts(backfill, target));
  }
  auto copy = std::make_unique<reconcile::ScrolledCopy>(log, backfill.pages);
  return Evidence{std::move(backfill), std::move(copy)};
}

Result<Evidence> Find(const BoundaryOptions& options, const ServerAccess& access,
                      store::LogReader& log, const dialect::Dialect& dialect) {
  TRY_ASSIGN(reconcile::BackfillWish wish, WishOf(options));
  send::Target target{.name = "target", .url = options.target};
  access.Apply(target);
  if (options.target.empty() || wish.method == reconcile::Method::kScroll) {
    return OfLog(options, log, dialect, wish, target);
  }
  auto restored = reconcile::RestoredCopy::Open(target);
  if (restored) {
    return OfRestored(std::move(*restored), log, dialect, std::move(wish));
  }
  if (!wish.method && restored.error().code == ErrorCode::kUsage) {
    wish.method = reconcile::Method::kScroll;
    if (reconcile::FindBackfill(log, dialect, wish)) {
      return OfLog(options, log, dialect, wish, target);
    }
  }
  return std::unexpected(std::move(restored).error());
}

}  // namespace

Result<ExitCode> RunBoundary(const BoundaryOptions& options, const ServerAccess& access,
                             store::Identities identities) {
  TRY_ASSIGN(const auto log, store::LogReader::Open(options.log, std::move(identities)));
  TRY_ASSIGN(const dialect::Dialect* dialect, DialectOf(options, *log));
  TRY_ASSIGN(const std::string hidden, RedactedProtocol(*log));
  if (!hidden.empty()) {
    return Fail(ErrorCode::kUsage,
                fmt::format("redaction replaced {} in {}: which mutations a backfill holds, nobody "
                            "can tell",
                            hidden, options.log),
                "record with pointers that reach fields of documents alone, or encrypt the log");
  }
  TRY_ASSIGN(Evidence evidence, Find(options, access, *log, *dialect));
  reconcile::BoundaryInput input{.backfill = &evidence.backfill,
                                 .copy = evidence.copy.get(),
                                 .limits = std::move(evidence.limits)};
  input.settle_ns = options.settle_ns == 0 ? input.settle_ns : options.settle_ns;
  input.keep_reads = options.keep_reads;
  std::unique_ptr<BoundaryOverlay> overlay;
  if (!options.overlay.empty()) {
    TRY_ASSIGN(input.known, ReadKnown(options.overlay));
    TRY_ASSIGN(overlay, BoundaryOverlay::Open(options.overlay, options.log));
  }
  TRY_ASSIGN(const reconcile::Boundary boundary,
             reconcile::FindBoundary(
                 *log, *dialect, input,
                 [&overlay](const store::OperationAddress& at, std::string_view why) -> Status {
                   return overlay == nullptr ? Status() : overlay->LeaveOut(at, why);
                 }));
  if (overlay != nullptr) {
    for (const reconcile::SpanMutation& mutation : boundary.span) {
      if (mutation.remove_first) {
        TRY(overlay->RemoveFirst(mutation));
      }
    }
    TRY(overlay->Finish(*log));
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(options.json ? BoundaryJson(evidence.backfill, boundary)
                         : BoundaryText(evidence.backfill, boundary, TerminalWidth(STDOUT_FILENO)));
  TRY(out.Finish());
  return boundary.count(reconcile::Share::kUndecided) > 0 ? ExitCode::kDifferences
                                                          : ExitCode::kDone;
}

}  // namespace trafrec::tools
