#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "replay/ledger/records.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// The request of a letter, as the source's log has it.
struct LetterRequest {
  std::string method{};
  std::string target{};
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Decoded. Of an item of a bulk only its own lines.
  std::string body{};
  std::string trouble{};  ///< why it is not there, or not whole; "" if it is
  bool locked = false;    ///< it is encrypted, and no identity opens it
};

/// Looks letters up in the log that their run is of. One thread.
class LetterRequests {
 public:
  /// `folders`: where the log is now; empty: where it was when the run began.
  static Result<LetterRequests> Open(const ledger::RunFacts& facts,
                                     std::vector<std::filesystem::path> folders,
                                     store::Identities identities);

  /// What cannot be read is said in `trouble`; an insertion of an overlay is not in the log.
  LetterRequest Find(const ledger::Address& at);

 private:
  LetterRequests(std::unique_ptr<store::LogReader> log, const dialect::Dialect& dialect)
      : log_(std::move(log)), dialect_(&dialect) {}

  std::unique_ptr<store::LogReader> log_;
  const dialect::Dialect* dialect_;
};

}  // namespace trafrec::tools
