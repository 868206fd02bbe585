#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "replay/ledger/ledger.h"
#include "tools/dlq/letter_request.h"

namespace trafrec::tools {

/// Calls `take` with every letter that fits, in the order of sending, until it says false.
Status ForEachLetter(ledger::LedgerReader& reader, const ledger::LetterQuery& query,
                     const std::function<Result<bool>(const ledger::Letter&)>& take);

struct DlqExport {
  std::string run;                      ///< as the parts name it
  std::string out;                      ///< "": standard output, for one part
  std::optional<uint64_t> bytes_max{};  ///< of a part; nothing: one part
};

struct DlqExported {
  uint64_t letters = 0;
  uint64_t parts = 0;
};

/// Writes the letters with their requests into OUT, or if there is a bound into OUT.1, OUT.2, …:
/// first all are measured, then written, so that each part says how many there are. kUsage if one
/// letter alone is larger than a part may be; kInUse if the run changed in between.
Result<DlqExported> ExportLetters(ledger::LedgerReader& reader, const ledger::LetterQuery& query,
                                  LetterRequests& requests, const DlqExport& options);

}  // namespace trafrec::tools
