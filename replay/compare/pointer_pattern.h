#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trafrec::compare {

/// The tokens of a JSON pointer (RFC 6901), unescaped.
std::vector<std::string> TokensOf(std::string_view pointer);

/// A JSON pointer in which `*` stands for any one token and `**` for any number of them, none too.
/// It fits the place itself and all that lies in it.
class PointerPattern {
 public:
  /// The Error shows what one looks like.
  static Result<PointerPattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool Fits(std::string_view pointer) const;

 private:
  bool FitsFrom(size_t at, const std::vector<std::string>& tokens, size_t token) const;

  std::string text_;
  std::vector<std::string> tokens_;
};

}  // namespace trafrec::compare
