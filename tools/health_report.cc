#include "tools/health_report.h"

#include <fmt/format.h>

#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

/// "recording interface eth0 into LOG as vm: 1,204 exchanges; what began 0.4 s ago is written"
std::string StateInWords(const capture::RecorderProgress& progress, const RecorderFacts& facts,
                         TimeNs now) {
  std::string text = fmt::format(
      "{} {} into {} as {}: {}", progress.capturing ? "recording" : "sealing what was recorded of",
      facts.source, facts.log, facts.recorder, CountOf(progress.exchanges, "exchange"));
  if (progress.live && progress.written.requests_through != 0) {
    text +=
        fmt::format("; every request that began before {} ({} ago) is written",
                    FormatTime(progress.written.requests_through),
                    HumanDuration(std::max<int64_t>(0, now - progress.written.requests_through)));
  }
  return EscapeForTerminal(text);
}

}  // namespace

std::string HealthInWords(const capture::RecorderProgress& progress,
                          const std::vector<Trouble>& troubles, const RecorderFacts& facts,
                          TimeNs now) {
  if (troubles.empty()) {
    return "well: " + StateInWords(progress, facts, now) + "\n";
  }
  std::string text;
  for (const Trouble& trouble : troubles) {
    text += fmt::format("{}: {}\n", trouble.kind, EscapeForTerminal(trouble.what));
    text +=
        trouble.remedy.empty() ? "" : fmt::format("  try: {}\n", EscapeForTerminal(trouble.remedy));
  }
  return text;
}

std::string HealthInJson(const capture::RecorderProgress& progress,
                         const std::vector<Trouble>& troubles, const RecorderFacts& facts,
                         TimeNs now) {
  std::string text;
  JsonAppender json(text);
  json.Open('{');
  json.Bool("healthy", troubles.empty());
  json.Text("message", StateInWords(progress, facts, now));
  json.Open("troubles", '[');
  for (const Trouble& trouble : troubles) {
    json.Open('{');
    json.Text("kind", trouble.kind);
    json.Text("what", EscapeForTerminal(trouble.what));
    json.Text("try", EscapeForTerminal(trouble.remedy));
    json.Close('}');
  }
  json.Close(']');
  json.Bytes("log", facts.log);
  json.Text("recorder", facts.recorder);
  json.Bool("capturing", progress.capturing);
  json.Number("exchanges", progress.exchanges);
  json.Time("at", now);
  json.TimeOrNull("requests_through", progress.written.requests_through);
  json.TimeOrNull("answers_through", progress.written.answers_through);
  json.Close('}');
  return text + "\n";
}

}  // namespace trafrec::tools
