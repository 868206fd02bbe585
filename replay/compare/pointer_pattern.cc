#include "replay/compare/pointer_pattern.h"

#include <algorithm>

#include "replay/compare/limits.h"

namespace trafrec::compare {

std::vector<std::string> TokensOf(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // '/'
    const std::string_view escaped = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(escaped.size());
    std::string& token = tokens.emplace_back();
    for (size_t i = 0; i < escaped.size(); ++i) {
      const bool is_escape = escaped[i] == '~' && i + 1 < escaped.size() &&
                             (escaped[i + 1] == '0' || escaped[i + 1] == '1');
      token += !is_escape ? escaped[i] : escaped[i + 1] == '0' ? '~' : '/';
      i += is_escape ? 1 : 0;
    }
  }
  return tokens;
}

Result<PointerPattern> PointerPattern::Parse(std::string_view text) {
  PointerPattern pattern;
  pattern.text_ = text;
  pattern.tokens_ = TokensOf(text.starts_with('/') ? text : "");
  if (pattern.tokens_.empty()) {
    return Fail(ErrorCode::kUsage, "'" + std::string(text) + "' is no JSON pointer",
                "as in /hits/hits/*/_score, where * is any one name or number and ** any number of "
                "them");
  }
  if (std::ranges::count(pattern.tokens_, "**") > static_cast<ptrdiff_t>(limits::kDeepWildcards)) {
    return Fail(ErrorCode::kUsage,
                "'" + std::string(text) + "' has more than " +
                    std::to_string(limits::kDeepWildcards) + " times '**'",
                "one is enough for any depth: /**/_seq_no");
  }
  return pattern;
}

bool PointerPattern::Fits(std::string_view pointer) const {
  return FitsFrom(0, TokensOf(pointer), 0);
}

/// limits::kDeepWildcards bounds what `**` can cost: depth to that power.
bool PointerPattern::FitsFrom(size_t at, const std::vector<std::string>& tokens,
                              size_t token) const {
  for (; at < tokens_.size(); ++at, ++token) {
    if (tokens_[at] == "**") {
      for (size_t from = token; from <= tokens.size(); ++from) {
        if (FitsFrom(at + 1, tokens, from)) {
          return true;
        }
      }
      return false;
    }
    if (token == tokens.size() || (tokens_[at] != "*" && tokens_[at] != tokens[token])) {
      return false;
    }
  }
  return true;
}

}  // namespace trafrec::compare
