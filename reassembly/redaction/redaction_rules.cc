#include "reassembly/redaction/redaction_rules.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "reassembly/redaction/limits.h"

namespace trafrec::reassembly {
namespace {

/// Fields that carry credentials and nothing else, in lower case.
constexpr std::array<std::string_view, 13> kSecretHeaders = {"authorization",
                                                             "proxy-authorization",
                                                             "cookie",
                                                             "cookie2",
                                                             "set-cookie",
                                                             "set-cookie2",
                                                             "x-api-key",
                                                             "api-key",
                                                             "apikey",
                                                             "x-apikey",
                                                             "x-auth-token",
                                                             "x-amz-security-token",
                                                             "es-secondary-authorization"};

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

}  // namespace

Result<JsonPointer> JsonPointer::Parse(const std::string& text) {
  if (!text.starts_with('/')) {
    return Fail(ErrorCode::kUsage, "'" + text + "' is no JSON pointer: it does not begin with /",
                "write /user/password, /items/*/token, or /**/token for a field at any depth");
  }
  JsonPointer pointer;
  for (size_t at = 1; at <= text.size();) {
    const size_t end = std::min(text.find('/', at), text.size());
    const std::string_view raw = std::string_view(text).substr(at, end - at);
    Token token;
    token.kind = raw == "*" ? Kind::kAny : raw == "**" ? Kind::kDeep : Kind::kName;
    for (size_t i = 0; i < raw.size(); ++i) {
      const bool escape = raw[i] == '~';
      if (escape && (i + 1 == raw.size() || (raw[i + 1] != '0' && raw[i + 1] != '1'))) {
        return Fail(ErrorCode::kUsage, "'" + text + "' is no JSON pointer: ~ stands alone",
                    "write ~0 for ~ and ~1 for /");
      }
      token.name += escape ? (raw[++i] == '0' ? '~' : '/') : raw[i];
    }
    pointer.tokens.push_back(std::move(token));
    at = end + 1;
  }
  if (pointer.tokens.back().kind == Kind::kDeep) {
    return Fail(ErrorCode::kUsage, "'" + text + "' names no field: ** stands for the way to one",
                "write /**/NAME");
  }
  return pointer;
}

Result<RedactionRules> RedactionRules::Make(const std::vector<std::string>& headers,
                                            const std::vector<std::string>& queries,
                                            const std::vector<std::string>& pointers) {
  RedactionRules rules;
  rules.headers.assign(kSecretHeaders.begin(), kSecretHeaders.end());
  for (const std::string& name : headers) {
    if (!IsFieldName(name)) {
      return Fail(ErrorCode::kUsage, "'" + name + "' cannot be a header's name",
                  "give the name alone, as in --redact-header X-Session");
    }
    rules.headers.push_back(LowerCase(name));
  }
  for (const std::string& name : queries) {
    if (name.empty() || name.find_first_of("=&") != std::string::npos) {
      return Fail(ErrorCode::kUsage, "'" + name + "' cannot be a parameter's name",
                  "give the name alone, as in --redact-query token");
    }
    rules.queries.push_back(LowerCase(name));
  }
  size_t tokens = 0;
  for (const std::string& text : pointers) {
    TRY_ASSIGN(JsonPointer pointer, JsonPointer::Parse(text));
    tokens += pointer.tokens.size();
    rules.pointers.push_back(std::move(pointer));
  }
  if (tokens > limits::kPointerTokens) {
    return Fail(ErrorCode::kUsage,
                "the JSON pointers have " + std::to_string(tokens) + " parts, the limit is " +
                    std::to_string(limits::kPointerTokens),
                "join some of them by * or **");
  }
  return rules;
}

}  // namespace trafrec::reassembly
