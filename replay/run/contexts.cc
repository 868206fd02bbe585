#include "replay/run/contexts.h"

#include <algorithm>

namespace trafrec::replay {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// For a path or a query (RFC 3986, section 2.1).
std::string PercentEncoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

}  // namespace

void MapContexts(const dialect::Meaning& meaning, const FindContext& find,
                 message::Request& request) {
  for (const dialect::Operation& operation : meaning.operations) {
    for (const dialect::Key& key : operation.keys) {
      if (key.scope != dialect::Scope::kContext || key.name.empty()) {
        continue;
      }
      const std::optional<std::string> at_target = find(key.name);
      if (!at_target || *at_target == key.name) {
        continue;
      }
      ReplaceAll(request.body, key.name, *at_target);
      ReplaceAll(request.target, PercentEncoded(key.name), PercentEncoded(*at_target));
      ReplaceAll(request.target, key.name, PercentEncoded(*at_target));
    }
  }
}

message::Request RefreshOf(const dialect::Meaning& meaning) {
  std::string indices;
  for (const std::string_view name : dialect::IndicesOf(meaning)) {
    // Those of another cluster are refreshed by it.
    if (name.find(':') == std::string_view::npos) {
      indices += indices.empty() ? "" : ",";
      indices += name == "*" ? "*" : PercentEncoded(name);
    }
  }
  std::string target = indices.empty() ? "/_refresh" : "/" + indices + "/_refresh";
  return {.method = "POST",
          .target = std::move(target) + "?ignore_unavailable=true&allow_no_indices=true"};
}

}  // namespace trafrec::replay
