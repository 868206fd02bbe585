#include "replay/edit/head_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace trafrec::edit {
namespace {

/// They say how a message is sent (RFC 9110, 7.6.1; RFC 9112, 6): made by whoever sends it.
constexpr std::array<std::string_view, 9> kFraming = {
    "Host", "Content-Length",   "Transfer-Encoding", "Connection", "Keep-Alive",
    "TE",   "Proxy-Connection", "Upgrade",           "Trailer"};

/// RFC 9110, section 5.6.2.
bool IsTokenChar(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

bool BreaksLine(char c) { return c == '\r' || c == '\n' || c == '\0'; }

bool BreaksTarget(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

}  // namespace

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsTokenChar);
}

bool IsTarget(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, BreaksTarget);
}

std::string FieldNameTrouble(std::string_view name) {
  if (!IsToken(name)) {
    return fmt::format("'{}' is no name of a header field", name);
  }
  for (const std::string_view framing : kFraming) {
    if (message::SameName(name, framing)) {
      return framing == "Host"
                 ? std::string("Host follows from the target's URL; set_host gives another one")
                 : fmt::format("{} says how a message is sent, and is made when it is", framing);
    }
  }
  return "";
}

std::string FieldValueTrouble(std::string_view value) {
  return std::ranges::any_of(value, BreaksLine) ? "a value cannot hold line ends or NUL" : "";
}

Result<HeadRules> HeadRules::Compile(HeadOptions options) {
  std::optional<regexp::Regexp> replace;
  if (options.replace) {
    TRY_ASSIGN(replace, regexp::Regexp::Compile(*options.replace));
  }
  return HeadRules(std::move(options), std::move(replace));
}

bool HeadRules::ChangeFields(message::Request& request) const {
  bool changed = false;
  for (const std::string& name : options_.remove) {
    changed = message::RemoveField(request.fields, name) || changed;
  }
  for (const auto& [from, to] : options_.rename) {
    for (message::Field& field : request.fields) {
      if (message::SameName(field.name, from)) {
        field.name = to;
        changed = true;
      }
    }
  }
  for (const auto& [name, value] : options_.set) {
    message::SetField(request.fields, name, value);
    changed = true;
  }
  for (const auto& [name, value] : options_.add) {
    request.fields.push_back({name, value});
    changed = true;
  }
  return changed;
}

Result<Changes> HeadRules::Apply(message::Request& request) const {
  Changes changes{.fields = ChangeFields(request)};
  if (options_.set_host) {
    message::SetField(request.fields, "Host", *options_.set_host);
    changes.host = true;
  }
  if (replace_) {
    changes.target = replace_->ReplaceFirst(request.target, options_.with);
    if (changes.target && !IsTarget(request.target)) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("replacing '{}' by '{}' made '{}' of a request's target, which is "
                              "empty or holds a blank or a control character",
                              *options_.replace, options_.with, request.target),
                  "change 'replace' and 'with' in the file of edits");
    }
  }
  if (changes.target || changes.fields || changes.host) {
    changes.rules.push_back(0);
  }
  return changes;
}

}  // namespace trafrec::edit
