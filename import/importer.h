#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "import/format.h"
#include "import/gor_reader.h"
#include "import/import_report.h"
#include "reassembly/redaction/redactor.h"
#include "store/writer/log_writer.h"

namespace trafrec::import {

struct ImportOptions {
  std::vector<std::string> files;  ///< "-" is standard input
  std::optional<Format> format;    ///< of all files; else each is told by its content
  GorResponses responses = GorResponses::kRecorded;
  store::LogWriterOptions log;                             ///< `source` is set by the import
  std::shared_ptr<const reassembly::Redaction> redaction;  ///< null: secrets are kept
  std::vector<std::string> redacted_pointers;  ///< those of `redaction`, as they were written
};

struct ImportProgress {
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;  ///< 0: unknown
  uint64_t exchanges = 0;
};

struct ImportSummary {
  store::LogWriterSummary log;
  ImportReport report;
  Counters counters;
  std::vector<std::string> broken_sums;  ///< not empty: a bug of ours
  std::vector<Format> formats;           ///< of the files
  uint64_t bytes = 0;                    ///< of the files, decompressed
  TimeNs first_at = 0;                   ///< 0: no exchange
  TimeNs last_at = 0;
};

/// Makes an attempt of one recorder of the files, merged by time: a finite job. Any Error leaves
/// nothing in the log: the attempt did not end, and readers ignore it. `stop` set (by a signal)
/// ends it in the same way, with kInterrupted. `on_progress` is called about once a second.
Result<ImportSummary> Import(ImportOptions options, const std::atomic<bool>& stop,
                             const std::function<void(const ImportProgress&)>& on_progress);

}  // namespace trafrec::import
