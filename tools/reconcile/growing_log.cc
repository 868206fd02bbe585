#include "tools/reconcile/growing_log.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "reconcile/history/open_documents.h"
#include "store/files/recorder_lock.h"
#include "store/format/flags.h"
#include "store/reader/clock_error.h"
#include "store/reader/exchange_id.h"
#include "tools/reconcile/decide.h"
#include "tools/reconcile/limits.h"

namespace trafrec::tools {
namespace {

std::string BootOfThisMachine() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  return boot;
}

}  // namespace

Result<std::unique_ptr<GrowingLog>> GrowingLog::Open(const std::string& folder,
                                                     const store::Identities& identities) {
  TRY_ASSIGN(auto rows, store::LogReader::Open(folder, identities));
  TRY_ASSIGN(auto log, store::LogReader::Open(folder, identities));
  return std::unique_ptr<GrowingLog>(new GrowingLog(folder, std::move(rows), std::move(log)));
}

/// A recorder of this machine's own traffic, that runs.
bool GrowingLog::IsHere(const store::AttemptProgress& attempt) const {
  const auto holder = store::HolderOfLock(std::filesystem::path(folder_) / attempt.recorder);
  return attempt.live && holder && !holder->boot_id.empty() &&
         holder->boot_id == BootOfThisMachine();
}

Result<LogProgress> GrowingLog::Progress() {
  TRY_ASSIGN(const std::vector<store::AttemptProgress> attempts, log_->Progress());
  std::map<std::string, const store::AttemptProgress*> newest;
  for (const store::AttemptProgress& attempt : attempts) {
    if (!attempt.discarded) {
      newest[attempt.recorder] = &attempt;
    }
  }
  LogProgress progress{.ended = !newest.empty(), .nothing = newest.empty()};
  for (const auto& [recorder, attempt] : newest) {
    clock_.seen = std::max(clock_.seen, attempt->written.answers_through);
    if (attempt->running && !here_.contains(recorder)) {
      here_[recorder] = IsHere(*attempt);
    }
    if (!attempt->finished) {
      progress.ended = false;
      const TimeNs known = attempt->written.answers_through - limits::kLossesToldNs;
      progress.until = std::min(progress.until.value_or(known), known);
      if (!attempt->running) {
        progress.gone = recorder;
      }
    }
  }
  const bool here = !newest.empty() && std::ranges::all_of(newest, [&](const auto& each) {
    const auto known = here_.find(each.first);
    return known != here_.end() && known->second;
  });
  clock_.apart_ns = here ? 0 : store::kClocksApartNs;
  return progress;
}

Result<std::vector<reconcile::DocumentName>> GrowingLog::NewDocuments(const std::string& dialect) {
  TRY(rows_->Follow({.incomplete_only = true}, [&](const store::ExchangeRow& row) {
    open_.insert(row.id);
    clock_.seen = std::max(clock_.seen, row.began_at + row.request_span_ns);
    return true;
  }));
  std::vector<reconcile::DocumentName> documents;
  const dialect::Dialect* spoken = nullptr;
  for (auto at = open_.begin(); at != open_.end();) {
    Result<store::ExchangeRow> found = log_->Find(store::FormatExchangeId(*at));
    if (!found && found.error().code == ErrorCode::kNotFound) {
      at = open_.erase(at);  // retention deleted it
      continue;
    }
    TRY_ASSIGN(const store::ExchangeRow row, std::move(found));
    if (HasFlag(row.flags | row.request_flags | row.response_flags, store::Flag::kOpen)) {
      ++at;
      continue;
    }
    if (row.has_request) {
      if (spoken == nullptr) {
        TRY_ASSIGN(spoken, DialectOf(dialect, *log_));
      }
      TRY_ASSIGN(const store::StoredExchange exchange, log_->Load(row));
      std::ranges::move(reconcile::OpenDocuments(exchange, *spoken), std::back_inserter(documents));
    }
    at = open_.erase(at);
  }
  return documents;
}

}  // namespace trafrec::tools
