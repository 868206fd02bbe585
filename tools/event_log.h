#pragma once

#include <concepts>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "tools/repeat_filter.h"

namespace trafrec::tools {

enum class LogFormat : uint8_t { kText, kJson };
enum class Level : uint8_t { kInfo, kWarning, kError };

using FieldValue = std::variant<int64_t, uint64_t, double, std::string>;
using Field = std::pair<std::string_view, FieldValue>;

/// Something that a recorder tells beside its output.
struct Event {
  Level level = Level::kInfo;
  std::string_view name;  ///< "disk_full": stable, for scripts
  std::string message;    ///< for a person
  std::string remedy{};   ///< may be empty
  std::vector<Field> fields{};
};

/// One line for a program: {"time", "level", "event", "message", "try", "fields"}.
std::string EventJson(const Event& event, TimeNs at);
/// An error in the words or the JSON of the log, with its line end.
std::string ErrorLine(const Error& error, LogFormat format);

/// All that a long command writes on standard error: events, as text or as JSON, and on a terminal
/// one line that is written again and again. What is said often is counted instead
/// (repeat_filter.h). Any thread.
class EventLog {
 public:
  explicit EventLog(LogFormat format) : format_(format) {}
  /// Tells what is still held back.
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  LogFormat format() const { return format_; }
  void Write(const Event& event);
  /// The answer to what somebody asked for: never counted instead.
  void Answer(const Event& event);
  /// A figure that comes at a pace of its own, and is never counted instead.
  void WriteProgress(const Event& event);
  /// Text on a terminal: takes the place of the line before; "" takes it away.
  void ShowLine(const std::string& line);
  /// About once a second: tells what was held back for long enough.
  void Tick();

 private:
  void Put(const Event& event);
  void PutHeld(const std::vector<RepeatFilter::Held>& held);

  const LogFormat format_;
  std::mutex mutex_;
  RepeatFilter repeats_;
  std::string line_;  // on the screen
};

}  // namespace trafrec::tools
