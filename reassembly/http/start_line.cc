#include <algorithm>

#include "reassembly/http/head.h"
#include "reassembly/http/printable.h"
#include "reassembly/http/token.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr std::string_view kVersionName = "HTTP/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

size_t TokenSize(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && IsTokenByte(text[size])) {
    ++size;
  }
  return size;
}

bool HasControls(std::string_view text) {
  text.remove_prefix(SkipPrintable(text, 0));  // usually all
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

bool HasBlank(std::string_view text) {
  return text.find(' ') != std::string_view::npos || text.find('\t') != std::string_view::npos;
}

/// Where the last "HTTP/" begins that ends at or before `until`, or npos.
size_t FindVersion(std::string_view text, size_t until) {
  constexpr size_t kUsual = std::string_view("HTTP/1.1").size();
  if (until >= kUsual && text.substr(until - kUsual).starts_with(kVersionName)) {
    return until - kUsual;
  }
  return text.rfind(kVersionName, until);
}

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"};

bool IsCommonMethod(std::string_view text) {
  return std::find(kMethods.begin(), kMethods.end(), text) != kMethods.end();
}

/// "HTTP/" in any case?
bool NamesVersion(std::string_view text) {
  return text.size() >= kVersionName.size() &&
         std::equal(kVersionName.begin(), kVersionName.end(), text.begin(),
                    [](char a, char b) { return a == b || (IsLetter(b) && a == (b & ~0x20)); });
}

/// "RTSP/1.0": the version of a protocol whose lines look like those of HTTP.
bool NamesOtherVersion(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(slash), IsLetter) &&
         IsDigit(text[slash + 1]) && !NamesVersion(text);
}

/// "1.1" (or, leniently, "1") to the version; false if it is none.
bool ParseVersion(std::string_view text, StartLine& line) {
  if (text.size() == 3 && IsDigit(text[0]) && text[1] == '.' && IsDigit(text[2])) {
    line.version_major = static_cast<uint8_t>(text[0] - '0');
    line.version_minor = static_cast<uint8_t>(text[2] - '0');
    line.lenient |= line.version_major != 1 || line.version_minor > 1;
    return line.version_major <= 1;
  }
  if (text.size() == 1 && text[0] == '1') {
    line.version_major = 1;
    line.lenient = true;
    return true;
  }
  return false;
}

bool ParseStatusLine(std::string_view text, StartLine& line) {
  line.side = store::Side::kServer;
  size_t space = kVersionName.size();
  while (space < text.size() && !IsBlank(text[space])) {
    ++space;
  }
  if (space == text.size() ||
      !ParseVersion(text.substr(kVersionName.size(), space - kVersionName.size()), line)) {
    return false;
  }
  size_t at = space;
  while (at < text.size() && IsBlank(text[at])) {
    ++at;
  }
  line.lenient |= at != space + 1 || text[space] != ' ';
  if (at + 3 > text.size() || !IsDigit(text[at]) || !IsDigit(text[at + 1]) ||
      !IsDigit(text[at + 2])) {
    return false;
  }
  line.status = static_cast<uint16_t>((text[at] - '0') * 100 + (text[at + 1] - '0') * 10 +
                                      (text[at + 2] - '0'));
  at += 3;
  // A blank stands behind the status also where there is no reason (RFC 9112, section 4).
  line.lenient |= at == text.size();
  return line.status >= 100 && (at == text.size() || IsBlank(text[at]));
}

/// A line that ParseRequestLine refuses, of which the rest begins at `from`.
bool ParseOddRequestLine(std::string_view text, size_t method, size_t from, size_t until,
                         StartLine& line) {
  line = {};
  line.method = {0, static_cast<uint32_t>(method)};
  line.lenient = line.odd = true;
  size_t word = until;
  while (word > from && !IsBlank(text[word - 1])) {
    --word;
  }
  const std::string_view name = text.substr(0, method);
  const std::string_view last = text.substr(word, until - word);
  size_t end = until;
  if (NamesVersion(last) && (word > from || from > method + 1)) {
    if (!ParseVersion(last.substr(kVersionName.size()), line)) {
      line.version_major = line.version_minor = 0;
    }
    for (end = word; end > from && IsBlank(text[end - 1]);) {
      --end;
    }
  } else if (word > from && NamesOtherVersion(last)) {
    return false;
  }
  const std::string_view target = text.substr(from, end - from);
  const size_t version = text.find(kVersionName, from);
  const bool names_http =
      end < until || (version != std::string_view::npos && version + kVersionName.size() < until &&
                      IsDigit(text[version + kVersionName.size()]));
  const bool path = target.starts_with('/') || target.find("://") != std::string_view::npos;
  if (name == "PRI" || !(names_http || (path && IsCommonMethod(name)))) {
    return false;
  }
  line.target = {static_cast<uint32_t>(from), static_cast<uint32_t>(target.size())};
  return true;
}

/// Another version or another name of it, as in "HTTP/2.0 200", "http/1.1 200", "ICY 200" (streamed
/// music), in front of a status.
bool ParseOddStatusLine(std::string_view text, StartLine& line) {
  line = {};
  line.side = store::Side::kServer;
  line.lenient = line.odd = true;
  size_t at = std::min(text.find_first_of(" \t"), text.size());
  if (!NamesVersion(text.substr(0, at)) && text.substr(0, at) != "ICY") {
    return false;
  }
  while (at < text.size() && IsBlank(text[at])) {
    ++at;
  }
  const std::string_view status = text.substr(at, 3);
  if (status.size() < 3 || !std::all_of(status.begin(), status.end(), IsDigit) ||
      status.front() == '0' || (at + 3 < text.size() && !IsBlank(text[at + 3]))) {
    return false;
  }
  line.status =
      static_cast<uint16_t>((status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0'));
  return true;
}

bool ParseRequestLine(std::string_view text, StartLine& line) {
  const size_t method = TokenSize(text.substr(0, limits::kMethodBytes + 1));
  if (method == 0 || method > limits::kMethodBytes || method == text.size() ||
      !IsBlank(text[method])) {
    return false;
  }
  line.method = {0, static_cast<uint32_t>(method)};
  size_t from = method;
  while (from < text.size() && IsBlank(text[from])) {
    ++from;
  }
  line.lenient |= from != method + 1 || text[method] != ' ';
  size_t until = text.size();
  while (until > from && IsBlank(text[until - 1])) {
    --until;
  }
  line.lenient |= until != text.size();
  const size_t name = FindVersion(text, until);
  const bool versioned = name != std::string_view::npos && name > from && IsBlank(text[name - 1]);
  const size_t line_end = until;
  if (versioned) {
    const size_t number = name + kVersionName.size();
    if (!ParseVersion(text.substr(number, until - number), line)) {
      return ParseOddRequestLine(text, method, from, line_end, line);
    }
    until = name - 1;
    while (until > from && IsBlank(text[until - 1])) {
      --until;
      line.lenient = true;
    }
  }
  const std::string_view target = text.substr(from, until - from);
  if (target.empty()) {
    return false;
  }
  const bool spaced = HasBlank(target);
  line.lenient |= spaced;
  line.target = {static_cast<uint32_t>(from), static_cast<uint32_t>(target.size())};
  if (!versioned) {
    line.simple = true;
    line.version_minor = 9;
    line.lenient = true;
    const bool path = target.front() == '/' || target.find("://") != std::string_view::npos;
    if (spaced || !path || text.substr(0, method) != "GET") {
      return ParseOddRequestLine(text, method, from, line_end, line);
    }
  }
  return true;
}

/// Lines as nearly all are, in one pass. False, and nothing said, of any other: whatever is taken
/// here the functions above take, too, with the same outcome
/// (StartLine.PlainOnesAreReadAsAllOthers).
bool ParsePlainLine(std::string_view text, StartLine& line) {
  constexpr std::string_view kVersion = "HTTP/1.", kLineEnd = "\r\n";
  const auto is_minor = [](char c) { return c == '0' || c == '1'; };
  if (text.starts_with(kVersionName)) {
    constexpr size_t kMinor = kVersion.size(), kStatus = kMinor + 2, kReason = kStatus + 4;
    const bool plain = text.size() >= kReason + kLineEnd.size() && text.starts_with(kVersion) &&
                       is_minor(text[kMinor]) && text[kMinor + 1] == ' ' && text[kStatus] >= '1' &&
                       text[kStatus] <= '9' && IsDigit(text[kStatus + 1]) &&
                       IsDigit(text[kStatus + 2]) && text[kStatus + 3] == ' ' &&
                       text.substr(SkipPrintable(text, kReason)) == kLineEnd;
    if (plain) {
      line.side = store::Side::kServer;
      line.status = static_cast<uint16_t>(
          (text[kStatus] - '0') * 100 + (text[kStatus + 1] - '0') * 10 + (text[kStatus + 2] - '0'));
      line.version_minor = static_cast<uint8_t>(text[kMinor] - '0');
    }
    return plain;
  }
  const size_t method = TokenSize(text.substr(0, limits::kMethodBytes));
  if (method == 0 || method == text.size() || text[method] != ' ') {
    return false;
  }
  // The target ends with its first blank; the version stands behind, and then the line's end.
  const size_t target = method + 1;
  const size_t blank = SkipPrintable<'!'>(text, target);
  const std::string_view rest = text.substr(blank);
  if (blank == target || rest.size() != 1 + kVersion.size() + 1 + kLineEnd.size() ||
      rest[0] != ' ' || rest.substr(1, kVersion.size()) != kVersion ||
      !is_minor(rest[1 + kVersion.size()]) || !rest.ends_with(kLineEnd)) {
    return false;
  }
  line.method = {0, static_cast<uint32_t>(method)};
  line.target = {static_cast<uint32_t>(target), static_cast<uint32_t>(blank - target)};
  line.version_minor = static_cast<uint8_t>(rest[1 + kVersion.size()] - '0');
  return true;
}

}  // namespace

bool CouldBeStart(std::string_view prefix) {
  prefix = prefix.substr(0, 64);
  if (prefix.ends_with('\r')) {
    prefix.remove_suffix(1);
  }
  if (prefix.starts_with(kVersionName.substr(0, std::min(prefix.size(), kVersionName.size())))) {
    return !HasControls(prefix);
  }
  const size_t method = TokenSize(prefix);
  if (method == prefix.size()) {
    return method <= limits::kMethodBytes;
  }
  return method > 0 && method <= limits::kMethodBytes && IsBlank(prefix[method]) &&
         !HasControls(prefix);
}

bool IsCutMethod(std::string_view method) {
  return !method.empty() && !IsCommonMethod(method) &&
         std::ranges::any_of(kMethods,
                             [method](std::string_view whole) { return whole.ends_with(method); });
}

std::optional<StartLine> ParseStartLine(std::string_view text) {
  std::optional<StartLine> line(std::in_place);
  if (ParsePlainLine(text, *line)) {
    line->version_major = 1;
    line->plain = true;
    return line;
  }
  const bool bare = !text.ends_with("\r\n");
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  const bool parsed = (text.starts_with(kVersionName) ? ParseStatusLine(text, *line)
                                                      : ParseRequestLine(text, *line)) ||
                      ParseOddStatusLine(text, *line);
  line->lenient |= bare;
  if (!parsed || HasControls(text)) {
    line.reset();
  }
  return line;
}

size_t FindHeadEnd(std::string_view head, size_t from, bool& folded) {
  // The line end before the empty line may have been searched already.
  from = from > 3 ? from - 3 : 0;
  while (from < head.size()) {
    const size_t line = head.find('\n', from);
    if (line == std::string_view::npos) {
      break;
    }
    if (line + 1 < head.size() && head[line + 1] == '\n') {
      return line + 2;
    }
    if (line + 2 < head.size() && head[line + 1] == '\r' && head[line + 2] == '\n') {
      return line + 3;
    }
    folded |= line + 1 < head.size() && IsBlank(head[line + 1]);
    from = line + 1;
  }
  return std::string_view::npos;
}

}  // namespace trafrec::reassembly
