#include "replay/send/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "replay/message/http_message.h"

namespace trafrec::send {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool IsAddressCharacter(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
         c == '.';
}

bool IsPathCharacter(char c) { return c > ' ' && c < '\x7f'; }

/// "host", "host:port", "[v6]" or "[v6]:port". False if it is none of these.
bool ReadAuthority(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return false;
    }
    url.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!std::ranges::all_of(url.host, IsAddressCharacter)) {
      return false;
    }
  } else {
    const size_t end = std::min(text.find(':'), text.size());
    url.host = text.substr(0, end);
    text.remove_prefix(end);
    if (!std::ranges::all_of(url.host, IsHostCharacter)) {
      return false;
    }
  }
  if (url.host.empty()) {
    return false;
  }
  if (text.empty()) {
    return true;
  }
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 1, end, url.port);
  return text.front() == ':' && error == std::errc() && rest == end && url.port != 0;
}

}  // namespace

std::string Url::Authority() const {
  const std::string bare = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return port == (tls ? kHttpsPort : kHttpPort) ? bare : fmt::format("{}:{}", bare, port);
}

std::string Url::Origin() const { return (tls ? "https://" : "http://") + Authority(); }

Result<Url> ParseUrl(const std::string& text) {
  const auto refuse = [](std::string reason) {
    return Fail(ErrorCode::kUsage, std::move(reason), "as in https://es.example:9200");
  };
  // What stands before an @ may be a password, so the URL is not repeated.
  if (text.find('@') != std::string::npos) {
    return Fail(ErrorCode::kUsage, "credentials in a URL can be seen by all users of this machine",
                "leave them out: --auth with --auth-file, or a target's credentials, say where "
                "they are");
  }
  const std::string quoted = '\'' + text + '\'';
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string::npos) {
    return refuse(quoted + " is not a URL");
  }
  Url url;
  const std::string_view scheme = std::string_view(text).substr(0, scheme_end);
  url.tls = message::SameName(scheme, "https");
  if (!url.tls && !message::SameName(scheme, "http")) {
    return refuse(quoted + " is not a URL of http or https");
  }
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (text.find_first_of("?#") != std::string::npos) {
    return refuse(quoted + " has a query or a fragment");
  }
  const std::string_view rest = std::string_view(text).substr(scheme_end + 3);
  const size_t path = std::min(rest.find('/'), rest.size());
  url.path = rest.substr(path);
  if (!ReadAuthority(rest.substr(0, path), url) ||
      !std::ranges::all_of(url.path, IsPathCharacter)) {
    return refuse(quoted + " is not a URL");
  }
  while (url.path.ends_with('/')) {
    url.path.pop_back();
  }
  return url;
}

}  // namespace trafrec::send
