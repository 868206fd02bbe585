#include "replay/ledger/ledger_file.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "replay/ledger/limits.h"
#include "replay/ledger/run_lock.h"
#include "replay/ledger/schema.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::Statement;

constexpr std::string_view kLog = "log";
constexpr std::string_view kFolder = "folder";
constexpr std::string_view kOption = "option";
constexpr std::string_view kGiven = "given";
constexpr std::string_view kNote = "note";

Status PutFacts(Database& database, const RunFacts& facts) {
  TRY_ASSIGN(Statement put, database.Prepare("INSERT INTO fact VALUES(?,?,?)"));
  const auto put_one = [&](std::string_view section, std::string_view name,
                           std::string_view value) {
    return put.Bind(0, section).Bind(1, name).Bind(2, value).Run();
  };
  TRY(put_one(kLog, "id", facts.log_id));
  for (size_t i = 0; i < facts.log_folders.size(); ++i) {
    TRY(put_one(kFolder, fmt::format("{:03}", i), facts.log_folders[i]));
  }
  for (const auto& [name, value] : facts.options) {
    TRY(put_one(kOption, name, value));
  }
  for (const auto& [name, values] : facts.given) {
    for (size_t i = 0; i < values.size(); ++i) {
      TRY(put_one(kGiven, fmt::format("{}/{:03}", name, i), values[i]));
    }
  }
  for (const auto& [name, value] : facts.notes) {
    TRY(put_one(kNote, name, value));
  }
  return {};
}

Error NotBegun(const std::filesystem::path& run) {
  return Error{ErrorCode::kNotFound, fmt::format("no run was begun in {}", run.string()),
               "begin one with trafrec replay LOG --to URL --run RUN"};
}

/// "--order was causal and is connection now"
std::string Differences(const std::map<std::string, std::string>& then,
                        const std::map<std::string, std::string>& now) {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    text += (text.empty() ? "" : "; ") + sentence;
  };
  for (const auto& [name, value] : then) {
    const auto found = now.find(name);
    if (found == now.end()) {
      add(fmt::format("{} was '{}' and is not given now", name, value));
    } else if (found->second != value) {
      add(fmt::format("{} was '{}' and is '{}' now", name, value, found->second));
    }
  }
  for (const auto& [name, value] : now) {
    if (!then.contains(name)) {
      add(fmt::format("{} was not given and is '{}' now", name, value));
    }
  }
  return text;
}

/// What later versions than `version` have.
Status AddTables(Database& database, int64_t version) {
  for (const char* addition :
       std::span(kLedgerAdditions).subspan(static_cast<size_t>(version) - 1)) {
    TRY(database.Execute(addition));
  }
  return {};
}

Status BringUpToDate(Database& database, int64_t version) {
  TRY(database.Execute("BEGIN IMMEDIATE"));
  TRY(AddTables(database, version));
  return database.Execute(fmt::format("PRAGMA user_version = {}; COMMIT", kLedgerVersion));
}

}  // namespace

Result<Database> MakeLedgerFile(const std::filesystem::path& run, const RunFacts& facts) {
  TRY_ASSIGN(Database database, Database::Open(LedgerPath(run), store::db::OpenMode::kCreate));
  TRY(database.Execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE"));
  TRY(database.Execute(kLedgerSchema));
  TRY(AddTables(database, 1));
  TRY(
      database.Execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};"
                                   "INSERT INTO run(one, epoch) VALUES(1, 0)",
                                   kApplicationId, kLedgerVersion)));
  TRY(PutFacts(database, facts));
  TRY(database.Execute("COMMIT"));
  return database;
}

Result<Database> OpenLedgerFile(const std::filesystem::path& run, store::db::OpenMode mode) {
  const std::filesystem::path path = LedgerPath(run);
  if (!HasLedger(run)) {
    return std::unexpected(NotBegun(run));
  }
  const bool reads = mode == store::db::OpenMode::kReadOnly;
  TRY_ASSIGN(Database database, Database::Open(path, reads ? ReadingMode(run) : mode));
  if (reads) {
    // A run that begins just now holds it for a moment.
    database.SetBusyTimeout(limits::kBusyTimeoutMs);
  }
  TRY_ASSIGN(const auto application, database.QueryInt("PRAGMA application_id"));
  if (application != kApplicationId) {
    return Fail(ErrorCode::kCorrupt, fmt::format("{} is no ledger of a run", path.string()),
                "choose the folder of a run, or another one for a new run");
  }
  TRY_ASSIGN(const auto version, database.QueryInt("PRAGMA user_version"));
  if (version.value_or(0) > kLedgerVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} has version {}, and this trafrec knows versions up to {}",
                            path.string(), version.value_or(0), kLedgerVersion),
                "use the trafrec that began the run, or a newer one");
  }
  if (version >= 1 && version < kLedgerVersion && mode == store::db::OpenMode::kReadWrite) {
    TRY(BringUpToDate(database, *version));
  }
  return database;
}

Result<RunFacts> ReadFacts(Database& database) {
  RunFacts facts;
  TRY_ASSIGN(Statement rows,
             database.Prepare("SELECT section, name, value FROM fact ORDER BY section, name"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return facts;
    }
    const std::string_view section = rows.Text(0);
    std::string value(rows.Text(2));
    if (section == kLog) {
      facts.log_id = std::move(value);
    } else if (section == kFolder) {
      facts.log_folders.push_back(std::move(value));
    } else if (section == kOption) {
      facts.options.emplace(rows.Text(1), std::move(value));
    } else if (section == kGiven) {
      const std::string_view name = rows.Text(1);
      facts.given[std::string(name.substr(0, name.rfind('/')))].push_back(std::move(value));
    } else if (section == kNote) {
      facts.notes.emplace(rows.Text(1), std::move(value));
    }
  }
}

Status RequireSameRun(const std::filesystem::path& run, const RunFacts& then, const RunFacts& now) {
  if (then.log_id != now.log_id) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the run {} is of another log: of {}, and this one is {}", run.string(),
                            then.log_id, now.log_id),
                "give the log that it is of, or choose another --run");
  }
  if (const std::string text = Differences(then.options, now.options); !text.empty()) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the run {} was begun with other options: {}", run.string(), text),
                "resume it as it was begun, or begin it again with --fresh");
  }
  return {};
}

}  // namespace trafrec::ledger
