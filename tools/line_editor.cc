#include "tools/line_editor.h"

#include <histedit.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace trafrec::tools {
namespace {

/// Statements that the history keeps.
constexpr int kHistoryMax = 1'000;

}  // namespace

struct LineEditor::Parts {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::filesystem::path path;
  std::string prompt;

  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (editor != nullptr) {
      el_end(editor);
    }
    if (history != nullptr) {
      history_end(history);
    }
  }

  static char* Prompt(EditLine* editor) {
    Parts* parts = nullptr;
    el_get(editor, EL_CLIENTDATA, &parts);
    return parts->prompt.data();
  }
};

LineEditor::LineEditor(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LineEditor::~LineEditor() = default;

Result<std::unique_ptr<LineEditor>> LineEditor::Open(const std::filesystem::path& history) {
  // libedit takes the terminal's characters apart by the locale.
  std::setlocale(LC_CTYPE, "");
  auto parts = std::make_unique<Parts>();
  parts->editor = el_init("trafrec", stdin, stdout, stderr);
  parts->history = history_init();
  if (parts->editor == nullptr || parts->history == nullptr) {
    return Fail(ErrorCode::kIo, "the terminal cannot be used for a prompt",
                "give the SQL as an argument, or on standard input");
  }
  HistEvent event{};
  ::history(parts->history, &event, H_SETSIZE, kHistoryMax);
  ::history(parts->history, &event, H_SETUNIQUE, 1);
  parts->path = history;
  if (!parts->path.empty()) {
    ::history(parts->history, &event, H_LOAD, parts->path.c_str());
  }
  el_set(parts->editor, EL_CLIENTDATA, parts.get());
  el_set(parts->editor, EL_PROMPT, &Parts::Prompt);
  el_set(parts->editor, EL_EDITOR, "emacs");
  el_set(parts->editor, EL_HIST, &::history, parts->history);
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(parts)));
}

LineEditor::Line LineEditor::Read(const std::string& prompt) {
  parts_->prompt = prompt;
  int count = 0;
  const char* line = el_gets(parts_->editor, &count);
  if (line == nullptr || count <= 0) {
    return {.end = count < 0 ? End::kInterrupted : End::kEndOfInput, .text = {}};
  }
  std::string text(line, static_cast<size_t>(count));
  while (text.ends_with('\n') || text.ends_with('\r')) {
    text.pop_back();
  }
  return {.end = End::kLine, .text = std::move(text)};
}

void LineEditor::Remember(const std::string& text) {
  HistEvent event{};
  history(parts_->history, &event, H_ENTER, text.c_str());
  if (!parts_->path.empty()) {
    history(parts_->history, &event, H_SAVE, parts_->path.c_str());
  }
}

std::filesystem::path LineEditor::HistoryPath(const std::string& name) {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (state != nullptr && *state == '/') {
    folder = state;
  } else if (home != nullptr && *home == '/') {
    folder = std::filesystem::path(home) / ".local" / "state";
  } else {
    return {};
  }
  folder /= "trafrec";
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  return failure ? std::filesystem::path() : folder / name;
}

}  // namespace trafrec::tools
