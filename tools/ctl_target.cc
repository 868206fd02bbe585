#include "tools/ctl_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "control/control_file.h"
#include "store/files/log_layout.h"
#include "store/files/recorder_lock.h"
#include "tools/shell_quote.h"

namespace trafrec::tools {
namespace {

/// The same of a replay, whose answers are the log of a recorder of that name in its run.
Error WhyNoRun(const std::filesystem::path& run, const control::ControlFile& file) {
  const std::string how =
      file.ended != 0
          ? fmt::format("it ended at {}: {}", FormatTime(file.ended), file.summary)
          : fmt::format("its process {}, started at {}, was killed or died, or runs elsewhere",
                        file.process, FormatTime(file.started));
  return {ErrorCode::kNotFound, fmt::format("the run {} is not under way: {}", run.string(), how),
          fmt::format("trafrec replay LOG --run {} --resume goes on with what is left",
                      ShellQuoted(run.string()))};
}

bool IsRun(const std::filesystem::path& log) {
  std::error_code failure;
  return std::filesystem::exists(log / "ledger.sqlite", failure);
}

/// Why the recorder of this control.json cannot be asked.
Error WhyNot(const std::filesystem::path& folder, const control::ControlFile& file,
             const Error& failure) {
  const std::string name = folder.filename().string();
  const std::string log = ShellQuoted(folder.parent_path().string());
  const std::string stats = "trafrec stats " + log + " shows what is in the log";
  const bool here = file.boot == control::ThisProcess({}).boot;
  if (IsRun(folder.parent_path()) && !store::HolderOfLock(folder)) {
    return WhyNoRun(folder.parent_path(), file);
  }
  if (file.ended != 0) {
    return {ErrorCode::kNotFound,
            fmt::format("no recorder is running: '{}', which wrote this log{}, ended at {}: {}",
                        name, here ? "" : " on " + file.host, FormatTime(file.ended), file.summary),
            stats};
  }
  if (!here) {
    return {ErrorCode::kNotFound,
            fmt::format("recorder '{}' of this log was started on {} at {} (process {}), which is "
                        "another machine, or was before this one's last boot",
                        name, file.host, FormatTime(file.started), file.process),
            "ask there, if it runs; " + stats};
  }
  if (failure.code != ErrorCode::kNotFound) {
    return failure;
  }
  if (store::HolderOfLock(folder)) {
    return {ErrorCode::kNotFound,
            fmt::format("recorder '{}' is running (process {}), but cannot be reached at {}", name,
                        file.process, file.socket),
            "ask from its container, where that path leads to it; or start it again"};
  }
  return {ErrorCode::kNotFound,
          fmt::format("no recorder is running: '{}' (process {}, started at {}) was killed or died",
                      name, file.process, FormatTime(file.started)),
          "start it again, which recovers its log; " + stats};
}

Error NobodyThere() { return {.code = ErrorCode::kNotFound, .what = {}, .remedy = {}}; }

Result<control::Client> Reach(const std::filesystem::path& folder,
                              std::chrono::milliseconds timeout) {
  const std::string name = folder.filename().string();
  const Result<control::ControlFile> file = control::ReadControlFile(folder);
  if (!file && file.error().code == ErrorCode::kNotFound) {
    const bool running = store::HolderOfLock(folder).has_value();
    return Fail(ErrorCode::kNotFound,
                running
                    ? fmt::format("recorder '{}' is running, but has no control socket: it reads "
                                  "files, or could not make one and said why",
                                  name)
                    : fmt::format("recorder '{}' is not running", name),
                running ? "Ctrl-C or SIGTERM ends it" : "only a live recording can be asked");
  }
  TRY(file);
  Result<control::Client> client = control::Client::Connect(file->socket);
  if (!client || file->ended != 0) {
    return std::unexpected(WhyNot(folder, *file, client ? NobodyThere() : client.error()));
  }
  // A later process may listen under the name that a dead one had.
  TRY_ASSIGN(const control::Json status, client->Ask({{"command", "status"}}, timeout));
  if (control::NumberOf(status, "started_ns") != file->started) {
    return std::unexpected(WhyNot(folder, *file, NobodyThere()));
  }
  return client;
}

}  // namespace

Result<std::vector<CtlTarget>> FindRunning(const std::string& log, const std::string& recorder,
                                           std::chrono::milliseconds timeout) {
  TRY(store::ReadLogIdentity(log));
  TRY_ASSIGN(std::vector<std::string> names, store::ListRecorders(log));
  if (names.empty()) {
    return Fail(ErrorCode::kNotFound, log + " has no recorder",
                "trafrec record -i INTERFACE -l " + ShellQuoted(log));
  }
  if (!recorder.empty()) {
    if (std::ranges::find(names, recorder) == names.end()) {
      return Fail(ErrorCode::kNotFound, fmt::format("{} has no recorder '{}'", log, recorder),
                  fmt::format("one of these: {}", fmt::join(names, ", ")));
    }
    names = {recorder};
  }
  std::vector<CtlTarget> running;
  std::optional<Error> first;
  for (const std::string& name : names) {
    Result<control::Client> client = Reach(std::filesystem::path(log) / name, timeout);
    if (client) {
      running.push_back({.recorder = name, .client = *std::move(client)});
    } else if (!first) {
      first = std::move(client).error();
    }
  }
  if (running.empty()) {
    if (names.size() > 1) {
      first->what += fmt::format("; nor can any other of {}", fmt::join(names, ", "));
    }
    return std::unexpected(*std::move(first));
  }
  return running;
}

std::string LastWords(const std::string& log, const std::string& recorder) {
  const auto file = control::ReadControlFile(std::filesystem::path(log) / recorder);
  return file && file->ended != 0 ? file->summary : std::string();
}

}  // namespace trafrec::tools
