#include "replay/dialect/target.h"

#include <algorithm>
#include <ranges>

#include "replay/dialect/limits.h"

namespace trafrec::dialect {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte that "%41" at `at` stands for, or -1.
int EncodedByte(std::string_view text, size_t at) {
  if (text[at] != '%' || text.size() - at < 3) {
    return -1;
  }
  const int high = HexDigit(text[at + 1]);
  const int low = HexDigit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// RFC 3986, section 2.3.
bool IsUnreserved(int byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

/// Path and query of a target in absolute form, and of "/path?query" itself.
std::string_view WithoutAuthority(std::string_view target) {
  const size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos ||
      target.substr(0, scheme).find_first_of("/?#") != std::string_view::npos) {
    return target;
  }
  const size_t path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

/// Most paths have no more segments, and take their memory once.
constexpr size_t kUsualSegments = 4;

struct Parts {
  std::string_view path;
  std::string_view query;  // with its '?'
};

Parts Split(std::string_view target) {
  target = WithoutAuthority(target);
  target = target.substr(0, target.find('#'));
  const size_t query = std::min(target.find('?'), target.size());
  return {target.substr(0, query), target.substr(query)};
}

void ParseQuery(std::string_view query, Target& out) {
  while (!query.empty()) {
    const size_t end = std::min(query.find_first_of("&;"), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) {
      continue;
    }
    if (out.query.size() == limits::kQueryParameters) {
      out.cut = true;
      return;
    }
    const size_t equals = std::min(pair.find('='), pair.size());
    out.query.push_back({PercentDecode(pair.substr(0, equals), true),
                         PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true)});
  }
}

/// "%2F".
std::string Escaped(int byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'%', kDigits[static_cast<size_t>(byte) >> 4], kDigits[static_cast<size_t>(byte) & 15]};
}

std::string NormalEscapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    const int byte = EncodedByte(text, at);
    if (byte < 0) {
      // A '%' that begins no escape must not begin one by what is decoded behind it.
      out += text[at] == '%' ? "%25" : std::string_view(&text[at], 1);
      continue;
    }
    if (IsUnreserved(byte)) {
      out += static_cast<char>(byte);
    } else {
      out += Escaped(byte);
    }
    at += 2;
  }
  return out;
}

/// RFC 3986, section 5.2.4, for a path that begins with '/'.
std::string WithoutDotSegments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") {
        out.resize(std::min(out.rfind('/'), out.size()));
      }
      if (path.empty()) {
        out += '/';
      }
      continue;
    }
    out += segment;
  }
  return out;
}

}  // namespace

std::string PercentDecode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    const int byte = EncodedByte(text, at);
    if (byte >= 0) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += plus_is_blank && text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

std::optional<std::string_view> Target::Find(std::string_view name) const {
  for (const Parameter& parameter : query | std::views::reverse) {
    if (parameter.name == name) {
      return parameter.value;
    }
  }
  return std::nullopt;
}

Target ParseTarget(std::string_view target) {
  Target out;
  const Parts parts = Split(target);
  std::string_view path = parts.path;
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  if (!path.empty()) {
    out.segments.reserve(kUsualSegments);
    out.written.reserve(kUsualSegments);
  }
  while (!path.empty()) {
    if (out.segments.size() == limits::kPathSegments) {
      out.cut = true;
      break;
    }
    const size_t end = std::min(path.find('/'), path.size());
    out.written.push_back(path.substr(0, end));
    out.segments.push_back(PercentDecode(out.written.back(), false));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  ParseQuery(parts.query.empty() ? parts.query : parts.query.substr(1), out);
  return out;
}

std::string NormalTarget(std::string_view target) {
  const Parts parts = Split(target);
  std::string path = NormalEscapes(parts.path);
  if (path.starts_with('/')) {
    path = WithoutDotSegments(path);
  }
  return (path.empty() ? "/" : path) + NormalEscapes(parts.query);
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsUnreserved(byte)) {
      out += c;
    } else {
      out += Escaped(byte);
    }
  }
  return out;
}

}  // namespace trafrec::dialect
