#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trafrec::compare {

/// A JSON pointer in which `*` stands for any one token and `**` for any number of them, none too.
/// It fits the place itself and all that lies in it. One that was not parsed fits everything.
class PointerPattern {
 public:
  PointerPattern() = default;
  /// The Error shows what one looks like.
  static Result<PointerPattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  size_t size() const { return tokens_.size(); }
  /// `tokens` are the pointer's (json::TokensOf).
  bool Fits(std::span<const std::string> tokens) const { return FitsFrom(0, tokens, true); }
  /// Whether it is this place itself.
  bool IsAt(std::span<const std::string> tokens) const { return FitsFrom(0, tokens, false); }

 private:
  bool FitsFrom(size_t at, std::span<const std::string> tokens, bool within) const;

  std::string text_;
  std::vector<std::string> tokens_;
};

}  // namespace trafrec::compare
