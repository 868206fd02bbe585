#include "tools/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/utf8.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

/// In one call, so that lines of several threads do not mix. Nobody is left to hear of a failure.
void ToStderr(const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) {
      return;
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

const char* ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUsage:
      return "usage";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kPermission:
      return "permission";
    case ErrorCode::kInUse:
      return "in_use";
    case ErrorCode::kNoSpace:
      return "no_space";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kInterrupted:
      return "interrupted";
  }
  return "unknown";
}

std::string ErrorText(const Error& error, bool json_wanted) {
  const std::string what = EscapeForTerminal(error.what, /*keep_lines=*/true);
  const std::string remedy = EscapeForTerminal(error.remedy, /*keep_lines=*/true);
  std::string text;
  if (json_wanted) {
    JsonAppender json(text);
    json.Open('{');
    json.Open("error", '{');
    json.Text("code", ErrorCodeName(error.code));
    json.Text("what", what);
    json.Text("try", remedy);
    json.Close('}');
    json.Close('}');
    text += '\n';
  } else {
    const Paint paint(WantsColor(ColorMode::kAuto, STDERR_FILENO));
    text = paint(Tone::kRed, "trafrec:") + " " + what + "\n";
    if (!remedy.empty()) {
      text += paint(Tone::kDim, "try:") + " " + remedy + "\n";
    }
  }
  return text;
}

void PrintError(const Error& error, bool json_wanted) { ToStderr(ErrorText(error, json_wanted)); }

void PrintNote(std::string_view text) {
  const Paint paint(WantsColor(ColorMode::kAuto, STDERR_FILENO));
  ToStderr(paint(Tone::kYellow, "trafrec:") + " " + EscapeForTerminal(text, /*keep_lines=*/true) +
           "\n");
}

Result<ExitCode> PrintText(std::string_view text) {
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(text);
  TRY(out.Finish());
  return ExitCode::kDone;
}

std::string VersionLine() { return fmt::format("trafrec {}\n", kVersion); }

}  // namespace trafrec::tools
