#include <algorithm>
#include <array>

#include "reassembly/http/head.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    table[c] = true;
    table[c - 'a' + 'A'] = true;
  }
  for (unsigned c = '0'; c <= '9'; ++c) {
    table[c] = true;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

constexpr std::array<bool, 256> kToken = MakeTokenTable();
constexpr std::string_view kVersionName = "HTTP/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

size_t TokenSize(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && kToken[static_cast<unsigned char>(text[size])]) {
    ++size;
  }
  return size;
}

bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

/// The first blank, or npos. (find_first_of calls memchr for each byte of the text.)
size_t FindBlank(std::string_view text) {
  const auto found = std::find_if(text.begin(), text.end(), IsBlank);
  return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool IsCommonMethod(std::string_view text) {
  constexpr std::array<std::string_view, 9> kMethods = {
      "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"};
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

std::optional<StartLine> ParseStatusLine(std::string_view text) {
  StartLine line;
  line.side = store::Side::kServer;
  const size_t space = FindBlank(text);
  if (space == std::string_view::npos ||
      !ParseVersion(text.substr(kVersionName.size(), space - kVersionName.size()), line)) {
    return std::nullopt;
  }
  size_t at = space;
  while (at < text.size() && IsBlank(text[at])) {
    ++at;
  }
  line.lenient |= at != space + 1 || text[space] != ' ';
  if (at + 3 > text.size() || !IsDigit(text[at]) || !IsDigit(text[at + 1]) ||
      !IsDigit(text[at + 2])) {
    return std::nullopt;
  }
  line.status = static_cast<uint16_t>((text[at] - '0') * 100 + (text[at + 1] - '0') * 10 +
                                      (text[at + 2] - '0'));
  at += 3;
  if (line.status < 100 || (at < text.size() && !IsBlank(text[at]))) {
    return std::nullopt;
  }
  return line;
}

/// A line that ParseRequestLine refuses, of which the rest begins at `from`.
std::optional<StartLine> ParseOddRequestLine(std::string_view text, size_t method, size_t from,
                                             size_t until) {
  StartLine line;
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
    return std::nullopt;
  }
  const std::string_view target = text.substr(from, end - from);
  const size_t version = text.find(kVersionName, from);
  const bool names_http =
      end < until || (version != std::string_view::npos && version + kVersionName.size() < until &&
                      IsDigit(text[version + kVersionName.size()]));
  const bool path = target.starts_with('/') || target.find("://") != std::string_view::npos;
  if (name == "PRI" || !(names_http || (path && IsCommonMethod(name)))) {
    return std::nullopt;
  }
  line.target = {static_cast<uint32_t>(from), static_cast<uint32_t>(target.size())};
  return line;
}

/// Another version or another name of it, as in "HTTP/2.0 200", "http/1.1 200", "ICY 200" (streamed
/// music), in front of a status.
std::optional<StartLine> ParseOddStatusLine(std::string_view text) {
  StartLine line;
  line.side = store::Side::kServer;
  line.lenient = line.odd = true;
  size_t at = std::min(FindBlank(text), text.size());
  if (!NamesVersion(text.substr(0, at)) && text.substr(0, at) != "ICY") {
    return std::nullopt;
  }
  while (at < text.size() && IsBlank(text[at])) {
    ++at;
  }
  const std::string_view status = text.substr(at, 3);
  if (status.size() < 3 || !std::all_of(status.begin(), status.end(), IsDigit) ||
      status.front() == '0' || (at + 3 < text.size() && !IsBlank(text[at + 3]))) {
    return std::nullopt;
  }
  line.status =
      static_cast<uint16_t>((status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0'));
  return line;
}

std::optional<StartLine> ParseRequestLine(std::string_view text) {
  StartLine line;
  const size_t method = TokenSize(text.substr(0, limits::kMethodBytes + 1));
  if (method == 0 || method > limits::kMethodBytes || method == text.size() ||
      !IsBlank(text[method])) {
    return std::nullopt;
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
  const size_t name = text.rfind(kVersionName, until);
  const bool versioned = name != std::string_view::npos && name > from && IsBlank(text[name - 1]);
  const size_t line_end = until;
  if (versioned) {
    const size_t number = name + kVersionName.size();
    if (!ParseVersion(text.substr(number, until - number), line)) {
      return ParseOddRequestLine(text, method, from, line_end);
    }
    until = name - 1;
    while (until > from && IsBlank(text[until - 1])) {
      --until;
      line.lenient = true;
    }
  }
  const std::string_view target = text.substr(from, until - from);
  if (target.empty()) {
    return std::nullopt;
  }
  const bool spaced = FindBlank(target) != std::string_view::npos;
  line.lenient |= spaced;
  line.target = {static_cast<uint32_t>(from), static_cast<uint32_t>(target.size())};
  if (!versioned) {
    line.simple = true;
    line.version_minor = 9;
    line.lenient = true;
    const bool path = target.front() == '/' || target.find("://") != std::string_view::npos;
    if (spaced || !path || text.substr(0, method) != "GET") {
      return ParseOddRequestLine(text, method, from, line_end);
    }
  }
  return line;
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

std::optional<StartLine> ParseStartLine(std::string_view text) {
  const bool bare = !text.ends_with("\r\n");
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  auto line = text.starts_with(kVersionName) ? ParseStatusLine(text) : ParseRequestLine(text);
  if (!line) {
    line = ParseOddStatusLine(text);
  }
  if (line) {
    line->lenient |= bare;
    if (HasControls(text)) {
      return std::nullopt;
    }
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
