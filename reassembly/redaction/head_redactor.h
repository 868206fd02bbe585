#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reassembly/redaction/redaction_rules.h"
#include "reassembly/redaction/url_redactor.h"

namespace trafrec::reassembly {

/// Replaces the values of secret fields in heads and trailers, and what is secret in the URLs of
/// the others. Reads fields the way the most lenient server does, because a field that one server
/// would obey is one that must not be stored. `rules` and `tokens` must outlive it.
class HeadRedactor {
 public:
  HeadRedactor(const RedactionRules& rules, SecretTokens& tokens);

  /// A request's or response's start line and fields; `text` itself if nothing in it is secret,
  /// else valid until the next call.
  std::string_view Head(std::string_view text);
  /// Fields alone.
  std::string_view Fields(std::string_view text);

  UrlRedactor& urls() { return urls_; }

 private:
  enum class Kind : uint8_t { kOther, kSecret, kUrl };
  struct Line {
    std::string_view text;  ///< without its end
    std::string_view end;
  };

  static Line NextLine(std::string_view text, size_t at);
  /// The name that stands at the end of the text, blanks left out, is one that matters.
  bool EndsInName(std::string_view text) const;
  bool MayMatter(std::string_view fields) const;
  Kind KindOf(std::string_view line, size_t& colon) const;
  void StartLine(std::string_view line);
  std::string_view Whole(std::string_view text, bool has_start_line);
  void AllFields(std::string_view text, size_t at);
  /// `value` with the blanks around it.
  void Secret(std::string_view value);
  void Replace(std::string_view text, size_t until);

  const RedactionRules& rules_;
  SecretTokens& tokens_;
  UrlRedactor urls_;
  std::array<bool, 256> last_letters_{};  ///< of the names that matter
  std::string out_;
  size_t copied_ = 0;  ///< of the text, to out_
  bool changed_ = false;
};

}  // namespace trafrec::reassembly
