#pragma once

#include <fmt/format.h>

#include <concepts>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "tools/json_text.h"

namespace trafrec::tools {

/// Appends JSON to a string in the order of the calls; the caller opens and closes what belongs
/// together. Commas are its work. Names are ours and need no escaping.
class JsonAppender {
 public:
  explicit JsonAppender(std::string& out) : out_(out) {}

  void Open(char bracket) {
    Comma();
    out_ += bracket;
  }
  void Open(std::string_view name, char bracket) {
    Name(name);
    out_ += bracket;
  }
  void Close(char bracket) { out_ += bracket; }

  /// `"name":`; the caller appends the value to the string.
  void Name(std::string_view name) {
    Comma();
    out_ += '"';
    out_.append(name);
    out_ += "\":";
  }

  void Text(std::string_view name, std::string_view utf8) {
    Name(name);
    AppendJsonString(out_, utf8);
  }
  /// Recorded bytes: a string, or {"b64": …}.
  void Bytes(std::string_view name, std::string_view bytes) {
    Name(name);
    AppendJsonBytes(out_, bytes);
  }
  void Bytes(std::string_view bytes) {
    Comma();
    AppendJsonBytes(out_, bytes);
  }
  void Null(std::string_view name) {
    Name(name);
    out_ += "null";
  }
  void Null() {
    Comma();
    out_ += "null";
  }
  template <std::integral T>
  void Number(std::string_view name, T value) {
    Name(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
  }
  template <std::integral T>
  void NumberOrNull(std::string_view name, const std::optional<T>& value) {
    value ? Number(name, *value) : Null(name);
  }
  /// A share or a rate; finite.
  void Real(std::string_view name, double value) {
    Name(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void Bool(std::string_view name, bool value) {
    Name(name);
    out_ += value ? "true" : "false";
  }
  void Time(std::string_view name, TimeNs time) { Text(name, FormatTime(time)); }
  void TimeOrNull(std::string_view name, TimeNs time) { time == 0 ? Null(name) : Time(name, time); }
  void Texts(std::string_view name, const std::vector<std::string>& values) {
    Open(name, '[');
    for (const std::string& value : values) {
      Comma();
      AppendJsonString(out_, value);
    }
    Close(']');
  }

 private:
  void Comma() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':' &&
        out_.back() != '\n') {
      out_ += ',';
    }
  }

  std::string& out_;
};

}  // namespace trafrec::tools
