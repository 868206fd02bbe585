#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::store {

enum class SqlTokenKind : uint8_t { kWord, kNumber, kString, kSymbol };

/// A piece of a statement. Borrows its text.
struct SqlToken {
  SqlTokenKind kind = SqlTokenKind::kSymbol;
  std::string_view text;

  /// A keyword or a name, in any case.
  bool IsWord(std::string_view word) const;
  bool Is(char symbol) const {
    return kind == SqlTokenKind::kSymbol && text.size() == 1 && text.front() == symbol;
  }
  /// The same to SQLite.
  bool Same(const SqlToken& other) const;
};

/// The tokens of a statement, without blanks and comments. Nothing for what is not plain: quoted
/// names, parameters, names beyond ASCII.
std::optional<std::vector<SqlToken>> SqlTokensOf(std::string_view sql);

/// In capitals.
std::string UpperCase(std::string_view word);

}  // namespace trafrec::store
