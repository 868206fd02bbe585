#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/dialect.h"

namespace trafrec::dialect {

/// "PUT /a/_doc/1" to a search engine.
inline Meaning Understood(std::string_view line, std::string_view body = {},
                          std::vector<HeaderView> headers = {}) {
  const size_t blank = line.find(' ');
  return SearchDialect().Understand({line.substr(0, blank), line.substr(blank + 1), headers, body});
}

/// What a search engine's answer says of that request.
inline Answer Answered(const Meaning& meaning, int status, std::string_view body) {
  return SearchDialect().ReadAnswer(meaning, {status, {}, body});
}

/// "w doc logs/1@r": write or read, how wide, name, id, routing.
inline std::string TextOf(const Key& key) {
  constexpr std::string_view kScopes[] = {"cluster", "state", "index", "doc", "context", "path"};
  std::string text = key.write ? "w " : "r ";
  text += kScopes[static_cast<size_t>(key.scope)];
  text += key.name.empty() ? "" : " " + key.name;
  text += key.id.empty() ? "" : "/" + key.id;
  text += key.routing.empty() ? "" : "@" + key.routing;
  return text;
}

/// The keys of all operations, in order.
inline std::vector<std::string> KeysOf(const Meaning& meaning) {
  std::vector<std::string> keys;
  for (const Operation& operation : meaning.operations) {
    for (const Key& key : operation.keys) {
      keys.push_back(TextOf(key));
    }
  }
  return keys;
}

}  // namespace trafrec::dialect
