#include "import/head_text.h"

#include <algorithm>
#include <charconv>

#include "base/endpoint_text.h"

namespace trafrec::import {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

/// First line end of a value that does not begin a fold, or npos.
size_t FindLineEnd(std::string_view value) {
  size_t at = value.find('\n');
  while (at != std::string_view::npos && at + 1 < value.size() && IsBlank(value[at + 1])) {
    at = value.find('\n', at + 1);
  }
  return at;
}

void AppendFields(std::string& head, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    AppendField(head, field);
  }
  head += kLineEnd;
}

/// As HTTP/1 writes it: a head of HTTP/2 or 3 stands here as one of HTTP/1.1.
std::string_view LineVersion(std::string_view version) {
  return version.starts_with('0') || version.starts_with('1') ? version : "1.1";
}

/// The place of the colon before a port; npos if there is none.
size_t PortColon(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  return bracket != std::string_view::npos && colon != std::string_view::npos && colon < bracket
             ? std::string_view::npos
             : colon;
}

}  // namespace

void AppendField(std::string& head, const Field& field) {
  if (field.name.empty() && !field.value) {
    return;  // it would end the head
  }
  head += field.name;
  if (field.value) {
    std::string_view rest = *field.value;
    for (size_t end = FindLineEnd(rest); end != std::string_view::npos; end = FindLineEnd(rest)) {
      head += ": ";
      head += rest.substr(0, end);
      head += kLineEnd;
      head += field.name;
      rest.remove_prefix(end + 1);
    }
    head += ": ";
    head += rest;
  }
  head += kLineEnd;
}

std::string RequestHead(std::string_view method, std::string_view target, std::string_view version,
                        const std::vector<Field>& fields) {
  std::string head(method);
  head += ' ';
  head += target;
  if (version == "0.9" && fields.empty()) {
    return head += kLineEnd;
  }
  head += " HTTP/";
  head += LineVersion(version);
  head += kLineEnd;
  AppendFields(head, fields);
  return head;
}

std::string ResponseHead(std::string_view version, uint16_t status, std::string_view reason,
                         const std::vector<Field>& fields) {
  std::string head = "HTTP/";
  head += LineVersion(version);
  head += ' ';
  head += std::to_string(status);
  head += ' ';
  head += reason;
  head += kLineEnd;
  AppendFields(head, fields);
  return head;
}

bool SameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

const std::string* ValueOf(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.value && SameName(field.name, name)) {
      return &*field.value;
    }
  }
  return nullptr;
}

bool IsContentEncoded(const std::vector<Field>& fields) {
  return std::ranges::any_of(fields, [](const Field& field) {
    return field.value && !field.value->empty() && SameName(field.name, "Content-Encoding") &&
           !SameName(*field.value, "identity");
  });
}

std::optional<uint64_t> DecimalOf(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

std::optional<Url> SplitUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme == 0 ||
      url.substr(0, scheme).find_first_of("/?#") != std::string_view::npos) {
    return std::nullopt;
  }
  Url parts;
  parts.tls = SameName(url.substr(0, scheme), "https") || SameName(url.substr(0, scheme), "wss");
  url = url.substr(scheme + 3);
  url = url.substr(0, url.find('#'));
  const size_t end = std::min(url.find_first_of("/?"), url.size());
  parts.target = url.substr(end);
  const size_t user = url.substr(0, end).rfind('@');
  const size_t begin = user == std::string_view::npos ? 0 : user + 1;
  parts.authority = url.substr(begin, end - begin);
  return parts;
}

uint16_t PortOfAuthority(std::string_view authority, uint16_t usual_port) {
  const size_t colon = PortColon(authority);
  const auto port =
      colon == std::string_view::npos ? std::nullopt : DecimalOf(authority.substr(colon + 1));
  return port && *port <= UINT16_MAX ? static_cast<uint16_t>(*port) : usual_port;
}

std::optional<Endpoint> EndpointOfAuthority(std::string_view authority, uint16_t usual_port) {
  std::optional<IpAddress> address = ParseIpAddress(authority);
  if (!address) {
    address = ParseIpAddress(authority.substr(0, PortColon(authority)));
  }
  return address ? std::optional<Endpoint>({*address, PortOfAuthority(authority, usual_port)})
                 : std::nullopt;
}

}  // namespace trafrec::import
