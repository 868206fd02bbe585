#include "tools/replay/replay_remedy.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "tools/shell_quote.h"

namespace trafrec::tools {
namespace {

/// With less than that the next pages of a segment, the ledger and their journals do not fit, and
/// SQLite says so, or speaks of input and output. What failed has given its own back meanwhile.
constexpr uint64_t kNoRoomBytes = uint64_t{4} << 20;

bool IsFull(const std::string& run) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(run, error);
  return !error && space.available < kNoRoomBytes;
}

}  // namespace

std::string ResumeCommand(const ReplayOptions& options) {
  return fmt::format("trafrec replay {} --run {} --resume{}", ShellQuoted(options.log.log()),
                     ShellQuoted(options.run), options.follow ? " --follow" : "");
}

Error WithRemedy(Error error, const ReplayOptions& options) {
  const std::string command = ResumeCommand(options);
  const std::pair<std::string_view, std::string> names[] = {
      {"trafrec replay LOG --run RUN --resume", command},
      {"trafrec dlq list RUN", "trafrec dlq list " + ShellQuoted(options.run)}};
  for (const auto& [nameless, named] : names) {
    if (const size_t at = error.remedy.find(nameless); at != std::string::npos) {
      error.remedy.replace(at, nameless.size(), named);
    }
  }
  if (!error.remedy.empty() || options.run.empty()) {
    return error;
  }
  if (error.code == ErrorCode::kNoSpace || (error.code == ErrorCode::kIo && IsFull(options.run))) {
    error.what += error.code == ErrorCode::kNoSpace ? "" : ": no space is left on its disk";
    error.code = ErrorCode::kNoSpace;
    error.remedy =
        fmt::format("make room on the disk of {}, then: {}", ShellQuoted(options.run), command);
  } else if (error.code == ErrorCode::kCorrupt &&
             error.what.find("ledger.sqlite") != std::string::npos) {
    error.remedy =
        "without its ledger nobody knows what the run has sent: begin another run on a target as "
        "it "
        "was before, with --fresh or another --run";
  }
  return error;
}

}  // namespace trafrec::tools
