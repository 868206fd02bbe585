#include "tools/replay/recalled_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "replay/ledger/run_lock.h"
#include "replay/ledger/sqlite_ledger.h"
#include "tools/shell_quote.h"

namespace trafrec::tools {
namespace {

constexpr std::array<std::string_view, 13> kOfOneCall = {
    "run",   "resume", "fresh", "dry-run", "explain",    "follow", "follow-patience",
    "limit", "quiet",  "json",  "metrics", "log-format", "log"};
constexpr std::array<std::string_view, 10> kFiles = {
    "edits", "overlay",  "auth-file",      "ca",       "cert",
    "also",  "cert-key", "trust-sentinel", "identity", "echo-key"};
/// A digest stands for all three of them among what a resume compares: here they are said by name.
constexpr std::array<std::string_view, 3> kOfEdits = {"to", "edits", "transform"};

template <typename Names>
bool Holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string InWords(const OptionValues& values, std::string_view name) {
  const auto found = values.find(std::string(name));
  return found == values.end()
             ? fmt::format("without --{}", name)
             : fmt::format("with --{} {}", name,
                           ShellQuoted(fmt::format("{}", fmt::join(found->second, ","))));
}

}  // namespace

OptionValues KeptOptions(const OptionValues& given) {
  OptionValues kept;
  for (const auto& [name, values] : given) {
    if (Holds(kOfOneCall, name)) {
      continue;
    }
    std::vector<std::string>& into = kept[name];
    for (const std::string& value : values) {
      into.push_back(Holds(kFiles, name) && !value.empty()
                         ? std::filesystem::absolute(value).string()
                         : value);
    }
  }
  return kept;
}

Status RecallOptions(const std::string& run, const Cli& cli) {
  if (run.empty()) {
    return {};  // whoever checks the options says so
  }
  if (!ledger::HasLedger(run)) {
    TRY(ledger::RequireUnused(run));  // a process that begins it has not made the ledger yet
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::path(run) / "replay", error)) {
      return Fail(ErrorCode::kNotFound,
                  fmt::format("{} is gone, in which the run remembered what it had sent",
                              (std::filesystem::path(run) / "ledger.sqlite").string()),
                  "put it back; or begin another run, with another --run, on a target as it was "
                  "before");
    }
    if (!std::filesystem::exists(std::filesystem::path(run) / "log.json", error)) {
      return Fail(ErrorCode::kNotFound, "there is no run in " + run,
                  "leave out --resume to begin one, and say --to URL");
    }
    // One that was killed while it was begun has a log, and goes on with the options of this call.
    const OptionValues given = cli.values();
    return given.contains("to") || given.contains("edits")
               ? Status()
               : Fail(ErrorCode::kNotFound,
                      fmt::format("the run {} was killed before it sent anything, or kept to "
                                  "where",
                                  run),
                      fmt::format("begin it again: trafrec replay LOG --to URL --run {}",
                                  ShellQuoted(run)));
  }
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run));
  TRY_ASSIGN(const ledger::RunFacts facts, reader->Facts());
  if (facts.given.empty()) {
    return {};  // begun by a trafrec that did not keep them
  }
  TRY(cli.Recall(facts.given, "the run " + run));
  const OptionValues now = KeptOptions(cli.values());
  for (const std::string_view name : kOfEdits) {
    if (InWords(now, name) != InWords(facts.given, name)) {
      return Fail(
          ErrorCode::kUsage,
          fmt::format("the run {} was begun {}, and is to go on {}", run,
                      InWords(facts.given, name), InWords(now, name)),
          fmt::format("leave --{} out: the run has it; or begin it again with --fresh", name));
    }
  }
  return {};
}

}  // namespace trafrec::tools
