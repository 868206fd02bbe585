#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace trafrec::regexp {

/// A regular expression of RE2, in UTF-8: the time that it takes is linear in the text, whatever
/// the pattern. Used by any thread.
class Regexp {
 public:
  /// Fails with RE2's words if `pattern` is no regular expression, or too large a one.
  static Result<Regexp> Compile(std::string_view pattern);

  ~Regexp();
  Regexp(Regexp&&) noexcept;
  Regexp& operator=(Regexp&&) noexcept;

  /// Whether it is found anywhere in the text.
  bool IsIn(std::string_view text) const;

  /// Puts `with` in the place of the first match, "\1" in it for the first group, "\0" for all of
  /// the match. False: no match, and the text is as it was.
  bool ReplaceFirst(std::string& text, std::string_view with) const;
  /// Fails if `with` names a group that the pattern does not have, or ends with a backslash.
  Status CheckReplacement(std::string_view with) const;

 private:
  explicit Regexp(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace trafrec::regexp
