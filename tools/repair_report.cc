#include "tools/repair_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/repair/repair.h"
#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Ids of a line; --json has all.
constexpr size_t kIdsShown = 5;

std::string IdsInWords(const std::vector<std::string>& ids) {
  std::string text;
  for (size_t i = 0; i < std::min(ids.size(), kIdsShown); ++i) {
    text += (i == 0 ? "; damaged with it: " : ", ") + ids[i];
  }
  return ids.size() > kIdsShown ? text + fmt::format(" and {} more", ids.size() - kIdsShown) : text;
}

std::string Words(const store::RepairReport& report, const std::string& out) {
  std::string text;
  for (const store::LeftOut& left : report.left_out) {
    text += EscapeForTerminal(left.file + ": " + left.what + IdsInWords(left.exchanges)) + "\n";
  }
  text +=
      fmt::format("{}: {} copied as they were, {} rebuilt from {}; {}\n", EscapeForTerminal(out),
                  CountOf(report.attempts_copied, "start"), report.attempts_rebuilt,
                  CountOf(report.frames, "frame"),
                  report.left_out.empty() ? "nothing was left out"
                                          : CountOf(report.left_out.size(), "part") + " left out");
  return text + "next: trafrec verify " + ShellQuoted(out) + "\n";
}

std::string Json(const store::RepairReport& report, const std::string& out) {
  std::string text;
  JsonAppender json(text);
  json.Open('{');
  json.Bytes("out", out);
  json.Number("attempts_copied", report.attempts_copied);
  json.Number("attempts_rebuilt", report.attempts_rebuilt);
  json.Number("frames", report.frames);
  json.Open("left_out", '[');
  for (const store::LeftOut& left : report.left_out) {
    json.Open('{');
    json.Bytes("file", left.file);
    json.Bytes("what", left.what);
    json.Texts("exchanges", left.exchanges);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return text + "\n";
}

}  // namespace

Result<ExitCode> Repair(const std::string& log, const std::string& out,
                        const store::Identities& identities, bool quiet, bool json) {
  TRY_ASSIGN(const store::RepairReport report, store::RepairLog(log, out, identities));
  if (!quiet) {
    TRY_ASSIGN(Output output, Output::Open(""));
    output.Write(json ? Json(report, out) : Words(report, out));
    TRY(output.Finish());
  }
  return report.left_out.empty() ? ExitCode::kDone : ExitCode::kDifferences;
}

}  // namespace trafrec::tools
