#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reassembly/redaction/redactor.h"

namespace trafrec::reassembly {

struct Named {
  std::vector<std::string> headers{};
  std::vector<std::string> queries{};
  std::vector<std::string> pointers{};
};

inline std::shared_ptr<const Redaction> MakeRedaction(const Named& named = {}, uint8_t key = 7) {
  auto redaction = std::make_shared<Redaction>();
  auto rules = RedactionRules::Make(named.headers, named.queries, named.pointers);
  EXPECT_TRUE(rules) << rules.error().what;
  redaction->rules = rules.value_or(RedactionRules{});
  std::ranges::fill(redaction->key.bytes(), key);
  return redaction;
}

/// What stands for `value` under the key of MakeRedaction.
inline std::string TokenOf(std::string_view value, uint8_t key = 7) {
  const std::vector<uint8_t> bytes(32, key);
  SecretTokens tokens(bytes);
  return std::string(tokens.TextFor(value));
}

}  // namespace trafrec::reassembly
