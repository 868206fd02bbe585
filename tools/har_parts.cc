#include "tools/har_parts.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <optional>

#include "base/ascii.h"

namespace trafrec::tools {
namespace {

std::optional<uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<uint8_t>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<uint8_t>(lower - 'a' + 10);
  }
  return std::nullopt;
}

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::optional<uint8_t> high = HexDigit(text[i + 1]);
      const std::optional<uint8_t> low = HexDigit(text[i + 2]);
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

NameValue PairOf(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return {std::string(text), ""};
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

/// Calls `visit` for each part of `text` between separators.
template <typename Visit>
void ForEachPart(std::string_view text, char separator, const Visit& visit) {
  while (true) {
    const size_t end = text.find(separator);
    visit(text.substr(0, end));
    if (end == std::string_view::npos) {
      return;
    }
    text.remove_prefix(end + 1);
  }
}

bool IsAbsolute(std::string_view target) {
  const size_t scheme = target.find("://");
  return scheme != std::string_view::npos && scheme > 0 &&
         target.substr(0, scheme).find_first_of("/?#") == std::string_view::npos;
}

void AppendUrlPart(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte <= 0x20 || byte >= 0x7f ||
        std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos) {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::vector<NameValue> CookiesOf(const std::vector<recorded::HeaderField>& fields) {
  std::vector<NameValue> cookies;
  for (const recorded::HeaderField& field : fields) {
    if (field.value && recorded::SameFieldName(field.name, "Cookie")) {
      ForEachPart(*field.value, ';', [&](std::string_view part) {
        part = Trimmed(part);
        if (!part.empty()) {
          cookies.push_back(PairOf(part));
        }
      });
    }
  }
  return cookies;
}

std::vector<NameValue> SetCookiesOf(const std::vector<recorded::HeaderField>& fields) {
  std::vector<NameValue> cookies;
  for (const recorded::HeaderField& field : fields) {
    if (field.value && recorded::SameFieldName(field.name, "Set-Cookie")) {
      cookies.push_back(PairOf(Trimmed(field.value->substr(0, field.value->find(';')))));
    }
  }
  return cookies;
}

std::vector<NameValue> QueryOf(std::string_view target) {
  const size_t question = target.find('?');
  std::vector<NameValue> pairs;
  if (question == std::string_view::npos) {
    return pairs;
  }
  std::string_view query = target.substr(question + 1);
  query = query.substr(0, query.find('#'));
  ForEachPart(query, '&', [&](std::string_view part) {
    if (!part.empty()) {
      const NameValue pair = PairOf(part);
      pairs.push_back({PercentDecoded(pair.name), PercentDecoded(pair.value)});
    }
  });
  return pairs;
}

std::string UrlOf(const store::ExchangeRow& row, bool tls) {
  std::string url;
  if (IsAbsolute(row.target)) {
    AppendUrlPart(url, row.target);
    return url;
  }
  url = tls ? "https://" : "http://";
  AppendUrlPart(url, row.host.empty() ? row.server.ToString() : row.host);
  if (!row.target.starts_with('/')) {
    url += '/';
  }
  AppendUrlPart(url, row.target);
  return url;
}

std::string Latin1ToUtf8(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0U | byte >> 6U);
      out += static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  return out;
}

}  // namespace trafrec::tools
