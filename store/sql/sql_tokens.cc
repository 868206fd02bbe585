#include "store/sql/sql_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace trafrec::store {
namespace {

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool BeginsWord(char c) { return (Upper(c) >= 'A' && Upper(c) <= 'Z') || c == '_'; }
bool IsOfWord(char c) { return BeginsWord(c) || IsDigit(c); }

/// Operators that are longer than a character, the longest first.
constexpr std::array<std::string_view, 10> kLongSymbols = {"->>", "->", "||", "<<", ">>",
                                                           "<=",  ">=", "==", "!=", "<>"};
constexpr std::string_view kSymbols = "()*+-/%<>=&|~,.;";

/// How many characters of `rest` are blanks or a comment.
size_t SkippedOf(std::string_view rest) {
  if (rest.starts_with("--")) {
    return std::min(rest.find('\n'), rest.size());
  }
  if (rest.starts_with("/*")) {
    const size_t end = rest.find("*/", 2);
    return end == std::string_view::npos ? rest.size() : end + 2;
  }
  return std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size());
}

/// Of '…' with '' inside; 0 without an end.
size_t StringLength(std::string_view rest) {
  for (size_t at = rest.find('\'') + 1; at < rest.size(); ++at) {
    if (rest[at] != '\'') {
      continue;
    }
    if (at + 1 == rest.size() || rest[at + 1] != '\'') {
      return at + 1;
    }
    ++at;
  }
  return 0;
}

size_t NumberLength(std::string_view rest) {
  size_t at = 0;
  while (at < rest.size()) {
    const bool sign = (rest[at] == '+' || rest[at] == '-') && at > 0 && Upper(rest[at - 1]) == 'E';
    if (!IsOfWord(rest[at]) && rest[at] != '.' && !sign) {
      break;
    }
    ++at;
  }
  return at;
}

SqlToken TokenOf(std::string_view rest) {
  const auto token = [&](SqlTokenKind kind, size_t size) {
    return SqlToken{kind, rest.substr(0, size)};
  };
  const char first = rest.front();
  const char second = rest.size() > 1 ? rest[1] : '\0';
  if (first == '\'' || (Upper(first) == 'X' && second == '\'')) {
    return token(SqlTokenKind::kString, StringLength(rest));
  }
  if (BeginsWord(first)) {
    const auto* end = std::ranges::find_if_not(rest, IsOfWord);
    return token(SqlTokenKind::kWord, static_cast<size_t>(end - rest.begin()));
  }
  if (IsDigit(first) || (first == '.' && IsDigit(second))) {
    return token(SqlTokenKind::kNumber, NumberLength(rest));
  }
  for (const std::string_view symbol : kLongSymbols) {
    if (rest.starts_with(symbol)) {
      return token(SqlTokenKind::kSymbol, symbol.size());
    }
  }
  return token(SqlTokenKind::kSymbol, kSymbols.contains(first) ? 1 : 0);
}

}  // namespace

std::string UpperCase(std::string_view word) {
  std::string upper(word);
  std::ranges::transform(upper, upper.begin(), Upper);
  return upper;
}

bool SqlToken::IsWord(std::string_view word) const {
  return kind == SqlTokenKind::kWord && std::ranges::equal(text, word, {}, Upper, Upper);
}

bool SqlToken::Same(const SqlToken& other) const {
  return kind == other.kind &&
         (kind == SqlTokenKind::kWord ? IsWord(other.text) : text == other.text);
}

std::optional<std::vector<SqlToken>> SqlTokensOf(std::string_view sql) {
  std::vector<SqlToken> tokens;
  while (!sql.empty()) {
    const size_t skipped = SkippedOf(sql);
    if (skipped > 0) {
      sql.remove_prefix(skipped);
      continue;
    }
    const SqlToken token = TokenOf(sql);
    const std::string_view rest = sql.substr(token.text.size());
    // "1x" is no number, and beyond ASCII a name may go on.
    if (token.text.empty() || (!rest.empty() && static_cast<unsigned char>(rest.front()) >= 0x80)) {
      return std::nullopt;
    }
    tokens.push_back(token);
    sql = rest;
  }
  return tokens;
}

}  // namespace trafrec::store
