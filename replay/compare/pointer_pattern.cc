#include "replay/compare/pointer_pattern.h"

#include <algorithm>

#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {

Result<PointerPattern> PointerPattern::Parse(std::string_view text) {
  PointerPattern pattern;
  pattern.text_ = text;
  pattern.tokens_ = json::TokensOf(text.starts_with('/') ? text : "");
  for (size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
      return Fail(ErrorCode::kUsage, "'" + std::string(text) + "' has a '~' that is no escape",
                  "in JSON pointers ~0 is '~', and ~1 is '/'");
    }
  }
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

/// limits::kDeepWildcards bounds what `**` can cost: depth to that power.
bool PointerPattern::FitsFrom(size_t at, std::span<const std::string> tokens, bool within) const {
  for (; at < tokens_.size(); ++at, tokens = tokens.subspan(1)) {
    if (tokens_[at] == "**") {
      for (size_t from = 0; from <= tokens.size(); ++from) {
        if (FitsFrom(at + 1, tokens.subspan(from), within)) {
          return true;
        }
      }
      return false;
    }
    if (tokens.empty() || (tokens_[at] != "*" && tokens_[at] != tokens.front())) {
      return false;
    }
  }
  return within || tokens.empty();
}

}  // namespace trafrec::compare
