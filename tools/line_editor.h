#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"

namespace trafrec::tools {

/// Lines that a person types on a terminal, with libedit's keys and a history in a file that only
/// he can read. libedit stays behind it.
class LineEditor {
 public:
  /// `history` empty: it is kept in memory only.
  static Result<std::unique_ptr<LineEditor>> Open(const std::filesystem::path& history);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  enum class End : uint8_t { kLine, kInterrupted, kEndOfInput };
  struct Line {
    End end = End::kLine;
    std::string text;
  };
  /// One line without its end. kInterrupted: a signal came, and its handler did not restart.
  Line Read(const std::string& prompt);

  /// Adds to the history, and writes it: a failure to write costs the history only.
  void Remember(const std::string& text);

  /// $XDG_STATE_HOME/trafrec/NAME, or the same below ~/.local/state. Makes the folder; empty if it
  /// cannot be.
  static std::filesystem::path HistoryPath(const std::string& name);

 private:
  struct Parts;
  explicit LineEditor(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace trafrec::tools
