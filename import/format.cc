#include "import/format.h"

#include <array>

#include "import/limits.h"

namespace trafrec::import {
namespace {

constexpr std::array kFormats = {Format::kHar, Format::kGor, Format::kNdjson};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view WithoutBlanks(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  }
  const size_t begin = text.find_first_not_of(" \t\r\n");
  return text.substr(begin == std::string_view::npos ? text.size() : begin);
}

/// The first name in an object; "" if the text does not begin one.
std::string_view FirstName(std::string_view text) {
  text = WithoutBlanks(text.substr(1));
  if (!text.starts_with('"')) {
    return {};
  }
  text.remove_prefix(1);
  return text.substr(0, text.find('"'));
}

bool IsCapture(std::string_view text) {
  for (const std::string_view magic : {"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1",
                                       "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a"}) {
    if (text.starts_with(magic)) {
      return true;
    }
  }
  return false;
}

/// mitmproxy's flow dumps are netstrings of dictionaries: "1234:7:version;…".
bool IsFlowDump(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && digits < 12 && IsDigit(text[digits])) {
    ++digits;
  }
  return digits > 0 && digits + 1 < text.size() && text[digits] == ':' && IsDigit(text[digits + 1]);
}

}  // namespace

const char* FormatName(Format format) {
  switch (format) {
    case Format::kHar:
      return "har";
    case Format::kGor:
      return "gor";
    case Format::kNdjson:
      return "ndjson";
  }
  return "";
}

std::optional<Format> FormatOfName(std::string_view name) {
  for (const Format format : kFormats) {
    if (name == FormatName(format)) {
      return format;
    }
  }
  return std::nullopt;
}

Result<Format> DetectFormat(ByteSource& source) {
  TRY_ASSIGN(const std::string_view window, source.Want(limits::kFormatBytes));
  const std::string_view raw = window.substr(0, limits::kFormatBytes);
  const std::string_view text = WithoutBlanks(raw);
  if (text.empty()) {
    return Fail(ErrorCode::kUsage, source.name() + " is empty, not a recording");
  }
  if (text.starts_with('{')) {
    const std::string_view name = FirstName(text);
    return name == "log" || name.empty() ? Format::kHar : Format::kNdjson;
  }
  if (text.size() > 2 && text[0] >= '1' && text[0] <= '3' && text[1] == ' ') {
    return Format::kGor;
  }
  if (IsCapture(raw)) {
    return Fail(ErrorCode::kUsage, source.name() + " is a capture of packets",
                "record it: trafrec record --read " + source.name() + " -l LOG");
  }
  if (IsFlowDump(text)) {
    return Fail(ErrorCode::kUsage, source.name() + " is a flow dump of mitmproxy",
                "let mitmproxy write it as HAR or NDJSON first; docs/import.md has the commands");
  }
  return Fail(ErrorCode::kUsage, source.name() + " is of none of the known formats",
              "import reads HAR, GoReplay's .gor, and trafrec's NDJSON; --format says which");
}

}  // namespace trafrec::import
