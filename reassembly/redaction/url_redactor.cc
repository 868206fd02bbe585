#include "reassembly/redaction/url_redactor.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "reassembly/redaction/redaction_rules.h"

namespace trafrec::reassembly {
namespace {

/// A name may follow any of these, whichever the server takes for the separator.
constexpr std::string_view kBeforeName = "?&;#";
constexpr std::string_view kEndsOfUrlInText = " \t\r\n\"'<>";

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? std::optional<unsigned>(lower - 'a' + 10) : std::nullopt;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = HexDigit(text[i + 1]);
      const auto low = HexDigit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high << 4U | *low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

/// Credentials before a host: where they begin and end (before the '@'), or nothing.
struct Range {
  size_t begin;
  size_t end;
};

std::optional<Range> FindCredentials(std::string_view url, bool needs_scheme) {
  if (url.starts_with('/') || url.find('@') == std::string_view::npos) {
    return std::nullopt;
  }
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos && needs_scheme) {
    return std::nullopt;  // an address of mail
  }
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at <= begin) {
    return std::nullopt;
  }
  return Range{begin, at};
}

}  // namespace

bool UrlRedactor::IsSecret(std::string_view raw_name) const {
  const auto is_named = [&](std::string_view name) {
    return std::ranges::find(names_, LowerCase(name)) != names_.end();
  };
  return is_named(raw_name) || (raw_name.find_first_of("%+") != std::string_view::npos &&
                                is_named(PercentDecoded(raw_name)));
}

bool UrlRedactor::AppendParameters(std::string_view text, std::string& out) {
  bool changed = false;
  size_t copied = 0;
  for (size_t at = text.find_first_of(kBeforeName); at != std::string_view::npos;
       at = text.find_first_of(kBeforeName, at)) {
    const size_t name = ++at;
    const size_t equals = text.find_first_of("=?&;#", name);
    if (equals == std::string_view::npos) {
      break;
    }
    if (text[equals] != '=' || !IsSecret(text.substr(name, equals - name))) {
      at = text[equals] == '=' ? equals + 1 : equals;
      continue;
    }
    const size_t value = equals + 1;
    const size_t end = std::min(text.find('&', value), text.size());
    out += text.substr(copied, value - copied);
    out += tokens_.TextFor(PercentDecoded(text.substr(value, end - value)));
    copied = at = end;
    changed = true;
  }
  out += text.substr(copied);
  return changed;
}

bool UrlRedactor::AppendUrl(std::string_view url, bool needs_scheme, std::string& out) {
  bool changed = false;
  if (const auto credentials = FindCredentials(url, needs_scheme)) {
    out += url.substr(0, credentials->begin);
    out += tokens_.TextFor(url.substr(credentials->begin, credentials->end - credentials->begin));
    url.remove_prefix(credentials->end);
    changed = true;
  }
  if (names_.empty()) {
    out += url;
    return changed;
  }
  return AppendParameters(url, out) || changed;
}

bool UrlRedactor::AppendText(std::string_view text, std::string& out) {
  bool changed = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(kEndsOfUrlInText), text.size());
    changed |= AppendUrl(text.substr(0, end), true, out);
    const size_t next = std::min(text.find_first_not_of(kEndsOfUrlInText, end), text.size());
    out += text.substr(end, next - end);
    text.remove_prefix(next);
  }
  return changed;
}

bool UrlRedactor::AppendHost(std::string_view host, std::string& out) {
  const size_t at = host.rfind('@');
  if (at == std::string_view::npos || at == 0) {
    out += host;
    return false;
  }
  out += tokens_.TextFor(host.substr(0, at));
  out += host.substr(at);
  return true;
}

}  // namespace trafrec::reassembly
