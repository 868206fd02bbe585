#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// An ExchangeFilter as a condition over the columns of the view `exchanges`, with numbered
/// parameters for everything but the user's SQL.
class FilterSql {
 public:
  /// Fails with kUsage if a status or the regular expression is none. `first_parameter` is the
  /// number of its first parameter (1 …); the smaller ones are the statement's own.
  static Result<FilterSql> Make(const ExchangeFilter& filter, int first_parameter);

  /// Empty: every exchange fits.
  const std::string& condition() const { return condition_; }
  /// The statement with it needs the regexp function and, for the user's SQL, a guard.
  void Bind(db::Statement& statement) const;
  /// Checks the user's SQL alone, so that the Error shows no more than what he wrote.
  Status Check(SegmentConnection& segment) const;
  /// SQLite's words about the user's SQL (a malformed JSON, say), when a statement has failed.
  Error Explained(const Error& error) const;

  std::optional<TimeNs> since() const { return since_; }
  std::optional<TimeNs> until() const { return until_; }

 private:
  void And(const std::string& condition);
  std::string Parameter(std::variant<int64_t, std::string> value);

  int first_parameter_ = 1;
  std::string condition_;
  std::string where_;
  std::vector<std::variant<int64_t, std::string>> parameters_;
  std::optional<TimeNs> since_;
  std::optional<TimeNs> until_;
};

}  // namespace trafrec::store
