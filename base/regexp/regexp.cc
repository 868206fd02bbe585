#include "base/regexp/regexp.h"

#include <re2/re2.h>

namespace trafrec::regexp {
namespace {

/// A pattern may not make RE2 hold more than this for its automaton.
constexpr int64_t kPatternMemoryMax = int64_t{8} << 20;

re2::RE2::Options Options() {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kPatternMemoryMax);
  return options;
}

re2::StringPiece Piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Regexp::Regexp(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Regexp::~Regexp() = default;
Regexp::Regexp(Regexp&&) noexcept = default;
Regexp& Regexp::operator=(Regexp&&) noexcept = default;

Result<Regexp> Regexp::Compile(std::string_view pattern) {
  auto compiled = std::make_unique<re2::RE2>(Piece(pattern), Options());
  if (!compiled->ok()) {
    return Fail(ErrorCode::kUsage,
                "'" + std::string(pattern) + "' is no regular expression: " + compiled->error(),
                "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax");
  }
  return Regexp(std::move(compiled));
}

bool Regexp::IsIn(std::string_view text) const {
  return re2::RE2::PartialMatch(Piece(text), *compiled_);
}

bool Regexp::ReplaceFirst(std::string& text, std::string_view with) const {
  return re2::RE2::Replace(&text, *compiled_, Piece(with));
}

Status Regexp::CheckReplacement(std::string_view with) const {
  std::string why;
  if (!compiled_->CheckRewriteString(Piece(with), &why)) {
    return Fail(ErrorCode::kUsage,
                "'" + std::string(with) + "' cannot replace what '" + compiled_->pattern() +
                    "' finds: " + why,
                "\\1 stands for the first group, \\0 for all of the match, \\\\ for a backslash");
  }
  return {};
}

}  // namespace trafrec::regexp
