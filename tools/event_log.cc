#include "tools/event_log.h"

#include <fmt/format.h>

#include "tools/console.h"
#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr std::string_view kClearLine = "\r\033[K";

const char* LevelName(Level level) {
  return level == Level::kError ? "error" : level == Level::kWarning ? "warning" : "info";
}

void AppendField(JsonAppender& json, const Field& field) {
  const std::string_view name = field.first;
  if (const auto* text = std::get_if<std::string>(&field.second)) {
    json.Bytes(name, *text);
  } else if (const auto* share = std::get_if<double>(&field.second)) {
    json.Real(name, *share);
  } else if (const auto* number = std::get_if<int64_t>(&field.second)) {
    json.Number(name, *number);
  } else {
    json.Number(name, std::get<uint64_t>(field.second));
  }
}

std::string EventText(const Event& event) {
  return event.level == Level::kError
             ? ErrorText({ErrorCode::kIo, event.message, event.remedy}, false)
             : NoteText(event.message) + RemedyText(event.remedy);
}

}  // namespace

std::string EventJson(const Event& event, TimeNs at) {
  std::string text;
  JsonAppender json(text);
  json.Open('{');
  json.Time("time", at);
  json.Text("level", LevelName(event.level));
  json.Text("event", event.name);
  json.Text("message", EscapeForTerminal(event.message));
  if (!event.remedy.empty()) {
    json.Text("try", EscapeForTerminal(event.remedy));
  }
  json.Open("fields", '{');
  for (const Field& field : event.fields) {
    AppendField(json, field);
  }
  json.Close('}');
  json.Close('}');
  return text + "\n";
}

std::string ErrorLine(const Error& error, LogFormat format) {
  return format == LogFormat::kText ? ErrorText(error, false)
                                    : EventJson({.level = Level::kError,
                                                 .name = ErrorCodeName(error.code),
                                                 .message = error.what,
                                                 .remedy = error.remedy},
                                                WallClockNow());
}

EventLog::~EventLog() {
  ShowLine("");
  PutHeld(repeats_.TakeAll());
}

void EventLog::Write(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (repeats_.Let(event.message, RepeatFilter::Clock::now())) {
    Put(event);
  }
}

void EventLog::Answer(const Event& event) {
  const std::lock_guard lock(mutex_);
  Put(event);
}

void EventLog::WriteProgress(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (format_ == LogFormat::kJson) {
    Put(event);
  } else {
    ToStderr(event.message + "\n");
  }
}

void EventLog::ShowLine(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (!line.empty()) {
    ToStderr("\r" + line + "\033[K");
  } else if (!line_.empty()) {
    ToStderr(kClearLine);
  }
  line_ = line;
}

void EventLog::Tick() {
  const std::lock_guard lock(mutex_);
  PutHeld(repeats_.TakeEnded(RepeatFilter::Clock::now()));
}

void EventLog::Put(const Event& event) {
  if (format_ == LogFormat::kJson) {
    ToStderr(EventJson(event, WallClockNow()));
    return;
  }
  // One write, so that nothing comes between; the line stands below again.
  ToStderr(line_.empty() ? EventText(event)
                         : std::string(kClearLine) + EventText(event) + line_ + "\033[K");
}

void EventLog::PutHeld(const std::vector<RepeatFilter::Held>& held) {
  for (const RepeatFilter::Held& one : held) {
    Put({.name = "repeated",
         .message = fmt::format("… and {} more in {} s: {}", WithCommas(one.times),
                                RepeatFilter::kWindow.count(), one.message),
         .fields = {{"times", one.times}}});
  }
}

}  // namespace trafrec::tools
