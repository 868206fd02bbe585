#include "tools/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/utf8.h"
#include "tools/version.h"

namespace trafrec::tools {

void ToStderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) {
      return;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
}

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
  std::string text;
  if (json_wanted) {
    JsonAppender json(text);
    json.Open('{');
    json.Open("error", '{');
    json.Text("code", ErrorCodeName(error.code));
    json.Text("what", what);
    json.Text("try", EscapeForTerminal(error.remedy, /*keep_lines=*/true));
    json.Close('}');
    json.Close('}');
    text += '\n';
  } else {
    const Paint paint(WantsColor(ColorMode::kAuto, STDERR_FILENO));
    text = paint(Tone::kRed, "trafrec:") + " " + what + "\n" + RemedyText(error.remedy);
  }
  return text;
}

void PrintError(const Error& error, bool json_wanted) { ToStderr(ErrorText(error, json_wanted)); }

std::string NoteText(std::string_view text) {
  const Paint paint(WantsColor(ColorMode::kAuto, STDERR_FILENO));
  return paint(Tone::kYellow, "trafrec:") + " " + EscapeForTerminal(text, /*keep_lines=*/true) +
         "\n";
}

void PrintNote(std::string_view text) { ToStderr(NoteText(text)); }

std::string RemedyText(std::string_view remedy) {
  const Paint paint(WantsColor(ColorMode::kAuto, STDERR_FILENO));
  return remedy.empty() ? std::string()
                        : paint(Tone::kDim, "try:") + " " +
                              EscapeForTerminal(remedy, /*keep_lines=*/true) + "\n";
}

Result<ExitCode> PrintText(std::string_view text) {
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(text);
  TRY(out.Finish());
  return ExitCode::kDone;
}

std::string VersionLine() { return fmt::format("trafrec {}\n", kVersion); }

}  // namespace trafrec::tools
