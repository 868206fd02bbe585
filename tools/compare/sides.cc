#include "tools/compare/sides.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "replay/ledger/sqlite_ledger.h"
#include "store/files/log_layout.h"
#include "store/reader/exchange_id.h"

namespace trafrec::tools {
namespace {

/// The first exchange that is there; nothing of an empty log.
Result<std::optional<store::ExchangeRow>> FirstOf(store::LogReader& log) {
  std::optional<store::ExchangeRow> first;
  TRY(log.Visit({.limit = 1}, [&](const store::ExchangeRow& row) {
    first = row;
    return true;
  }));
  return first;
}

/// The log that a run is of. Nothing if its ledger is gone: then its links alone can tell.
Result<std::optional<std::string>> LogOf(const std::filesystem::path& run) {
  const auto ledger = ledger::OpenLedgerReader(run);
  if (!ledger && ledger.error().code == ErrorCode::kNotFound) {
    return std::nullopt;
  }
  if (!ledger) {
    return std::unexpected(ledger.error());
  }
  TRY_ASSIGN(ledger::RunFacts facts, (*ledger)->Facts());
  return std::move(facts.log_id);
}

Status CheckLog(const std::string& log_of_run, const Sides& sides) {
  std::string ids;
  for (const std::filesystem::path& folder : sides.source_folders.folders) {
    TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(folder));
    if (identity.log_id == log_of_run) {
      return {};
    }
    ids += (ids.empty() ? "" : ", ") + identity.log_id;
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("the run {} is of another log: of {}, and this one is {}",
                          sides.run_folder.folders.front().string(), log_of_run, ids),
              "name the log that was replayed");
}

Status CheckRuns(const std::string& log_of_run, const Sides& sides) {
  const std::filesystem::path& first = sides.source_folders.folders.front();
  TRY_ASSIGN(const std::optional<std::string> log, LogOf(first));
  if (!log || *log == log_of_run) {
    return {};
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("these are runs of different logs: {} of {}, {} of {}", first.string(),
                          *log, sides.run_folder.folders.front().string(), log_of_run),
              "two runs are compared by what they were sent for, which must be the same");
}

}  // namespace

Result<Sides> OpenSides(store::LogSelection source, const std::filesystem::path& run) {
  Sides sides;
  sides.run_folder = {.folders = {run}, .identities = source.identities};
  sides.source_folders = std::move(source);
  TRY_ASSIGN(sides.source, store::LogReader::Open(sides.source_folders));
  TRY_ASSIGN(sides.run, store::LogReader::Open(sides.run_folder));
  TRY_ASSIGN(const std::optional<store::ExchangeRow> first, FirstOf(*sides.run));
  if (first && !first->link) {
    return Fail(ErrorCode::kUsage,
                fmt::format("exchange {} of the second log was sent for none of a source: it is no "
                            "run of `trafrec replay`",
                            store::FormatExchangeId(first->id)),
                "as in: trafrec compare LOG RUN");
  }
  TRY_ASSIGN(const std::optional<store::ExchangeRow> first_of_source, FirstOf(*sides.source));
  sides.two_runs = first_of_source ? first_of_source->link.has_value()
                                   : ledger::HasLedger(sides.source_folders.folders.front());
  TRY_ASSIGN(const std::optional<std::string> log_of_run, LogOf(run));
  if (log_of_run) {
    TRY(sides.two_runs ? CheckRuns(*log_of_run, sides) : CheckLog(*log_of_run, sides));
  }
  return sides;
}

}  // namespace trafrec::tools
