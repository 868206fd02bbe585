#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"

namespace trafrec::store::db {

/// In a line, for a program that has SQLite's text alone.
std::string InOneLine(const Error& error);

/// What the tables and functions of one connection share.
struct TableContext {
  /// For which a statement fails: SQLite itself carries a line of text only.
  std::optional<Error> error;
  /// Called before the first table or function of a statement is used, where nobody else says when
  /// a statement begins: SQLite does not tell, so it is when no table is open.
  std::function<void()> begin;
  int open_cursors = 0;
  /// The program that runs the statements is not ours, and gets SQLite's line of text alone.
  bool hosted = false;

  void Use() const {
    if (open_cursors == 0 && begin) {
      begin();
    }
  }
  std::string TextOf(const Error& failure) const {
    return hosted ? InOneLine(failure) : failure.what;
  }
};

using SharedTableContext = std::shared_ptr<TableContext>;

}  // namespace trafrec::store::db
