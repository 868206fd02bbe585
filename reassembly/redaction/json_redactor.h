#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reassembly/redaction/pointer_matcher.h"
#include "reassembly/redaction/secret_tokens.h"

namespace trafrec::reassembly {

/// Replaces the values that pointers name in JSON and NDJSON, and leaves every other byte as it is:
/// nothing is parsed into numbers and printed again. A string becomes a string, a number a number,
/// true and false become false, null stays; of an object or a list all inside is replaced, names
/// too. `pointers` and `tokens` must outlive it.
class JsonRedactor {
 public:
  JsonRedactor(const std::vector<JsonPointer>& pointers, SecretTokens& tokens)
      : matcher_(pointers), tokens_(tokens) {}

  enum class Outcome : uint8_t { kUnchanged, kChanged, kUnreadable };
  /// `text`: any number of JSON values one behind the other. kChanged: `out` is what to store.
  /// kUnreadable: not all of it is JSON, so nothing is known about any of it.
  Outcome Redact(std::string_view text, std::string& out);

 private:
  bool Value(bool secret, size_t depth);
  bool Object(bool secret, size_t depth);
  bool List(bool secret, size_t depth);
  bool String(bool secret);
  bool Number(bool secret);
  bool Word(bool secret);
  /// The string at the reader's place, without its quotes.
  bool ReadString(std::string_view& raw);
  char SkipBlanks();
  void Replace(size_t from, std::string_view replacement);

  PointerMatcher matcher_;
  SecretTokens& tokens_;
  std::string_view text_;
  std::string* out_ = nullptr;
  size_t at_ = 0;
  size_t copied_ = 0;
  bool changed_ = false;
};

}  // namespace trafrec::reassembly
