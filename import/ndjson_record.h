#pragma once

#include <string>

#include "import/imported_exchange.h"
#include "import/json_value.h"

namespace trafrec::import {

/// A line of NDJSON as an exchange. Everything that the contract (docs/cli.md) names is taken; what
/// is missing is unknown, and what is not named is ignored.
struct NdjsonRecord {
  std::optional<ImportedExchange> exchange;
  const char* broken = nullptr;  ///< in words: why there is none
  std::string recorder;          ///< of the line: whose numbers they are
  std::string attempt;
  uint64_t connection = 0;  ///< its number; 0 without one
};

NdjsonRecord ReadNdjsonRecord(const JsonValue& line);

}  // namespace trafrec::import
