// The path is encoded as it goes out, so that a "%20" in it becomes "%2520": that is AWS's rule for
// all services but S3, and Elasticsearch's and OpenSearch's are among them. The query is taken
// apart and encoded anew, for the server does the same with what it received: "*" and "," need not
// be encoded in a query, but are in what is signed.

#include "replay/send/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/ascii.h"
#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"

namespace trafrec::send {
namespace {

using store::crypto::Digest;
using store::crypto::Hmac;
using store::crypto::Sha256;
using store::crypto::ToHex;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kLastKey = "aws4_request";

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string Encoded(std::string_view text, bool keep_slashes) {
  std::string result;
  for (const char c : text) {
    if (IsUnreserved(c) || (keep_slashes && c == '/')) {
      result += c;
    } else {
      fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

int HexValue(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/// Of a query: "+" is a blank.
std::string Decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                        HexValue(text[i + 2]) >= 0;
    if (escape) {
      result += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

/// Without dot segments and doubled slashes.
std::string CanonicalPath(std::string_view path) {
  std::vector<std::string_view> segments;
  const bool ends_with_slash = path.ends_with('/');
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment == "..") {
      segments.resize(segments.size() - std::min<size_t>(segments.size(), 1));
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string result;
  for (const std::string_view segment : segments) {
    result.append("/").append(segment);
  }
  if (ends_with_slash || result.empty()) {
    result += '/';
  }
  return Encoded(result, true);
}

std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!one.empty()) {
      const size_t equals = std::min(one.find('='), one.size());
      const std::string_view value = one.substr(std::min(equals + 1, one.size()));
      parameters.emplace_back(Encoded(Decoded(one.substr(0, equals)), false),
                              Encoded(Decoded(value), false));
    }
  }
  std::ranges::sort(parameters);
  std::string result;
  for (const auto& [name, value] : parameters) {
    result += (result.empty() ? "" : "&") + name + "=" + value;
  }
  return result;
}

/// Without blanks around it, and with one for several inside.
std::string CanonicalValue(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c != ' ' || (!result.empty() && result.back() != ' ')) {
      result += c;
    }
  }
  if (result.ends_with(' ')) {
    result.pop_back();
  }
  return result;
}

Digest HmacOf(Bytes key, std::string_view text) {
  Hmac hmac(key);
  hmac.Update(AsBytes(text));
  return hmac.Finish();
}

}  // namespace

std::string AwsTime(TimeNs time) {
  std::string text = FormatTime(time);  // 2015-08-30T12:36:00.000000000Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text.substr(0, text.find('.')) + 'Z';
}

std::string PayloadHash(std::string_view body) { return ToHex(Sha256::Of(AsBytes(body))); }

std::string SignV4(const AwsRequest& request, const AwsKeys& keys, const AwsScope& scope,
                   TimeNs time) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const message::Field& field : request.fields) {
    fields.emplace_back(LowerCase(field.name), CanonicalValue(field.value));
  }
  std::ranges::stable_sort(fields, {}, [](const auto& field) { return field.first; });
  std::string lines;
  std::string names;
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool again = i > 0 && fields[i - 1].first == fields[i].first;
    if (again) {
      lines.back() = ',';
      lines += fields[i].second + '\n';
    } else {
      lines += fields[i].first + ':' + fields[i].second + '\n';
      names += (names.empty() ? "" : ";") + fields[i].first;
    }
  }
  const size_t path_end = std::min(request.target.find('?'), request.target.size());
  const std::string_view query =
      request.target.substr(std::min(path_end + 1, request.target.size()));
  const std::string canonical = fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}", request.method, CanonicalPath(request.target.substr(0, path_end)),
      CanonicalQuery(query), lines, names, request.payload_hash);
  const std::string when = AwsTime(time);
  const std::string day = when.substr(0, 8);
  const std::string scope_text =
      fmt::format("{}/{}/{}/{}", day, scope.region, scope.service, kLastKey);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, when, scope_text, PayloadHash(canonical));
  Digest key = HmacOf(AsBytes("AWS4" + keys.secret_access_key), day);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), kLastKey}) {
    key = HmacOf(key, part);
  }
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                     keys.access_key_id, scope_text, names, ToHex(HmacOf(key, to_sign)));
}

}  // namespace trafrec::send
