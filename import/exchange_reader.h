#pragma once

#include <memory>
#include <string>

#include "import/byte_source.h"
#include "import/connection_numbers.h"
#include "import/import_report.h"
#include "import/time_window.h"

namespace trafrec::import {

/// Reads one file of one format. What it cannot take it adds to the report, and goes on: bad input
/// is data.
class ExchangeReader {
 public:
  virtual ~ExchangeReader() = default;

  /// Reads one more record, which may add an exchange to the window, or complete one that is held.
  /// False at the end of the file. An Error ends the import: the file cannot be read, or is not of
  /// this format at all.
  virtual Result<bool> ReadOne(TimeWindow& window) = 0;
  /// The exchange leaves the window as it is: nothing will be added to it.
  virtual void Leaving(ImportedExchange& /*exchange*/) {}
};

/// What every reader is given.
struct ReaderContext {
  ByteSource& source;
  ImportReport& report;
  ConnectionNumbers& numbers;

  void LeaveOut(uint64_t offset, uint64_t bytes, std::string what, bool cut = false) const {
    report.Add({source.name(), offset, bytes, std::move(what), cut});
  }
};

}  // namespace trafrec::import
