#pragma once

#include <memory>
#include <vector>

#include "import/exchange_reader.h"
#include "import/format.h"
#include "import/gor_reader.h"
#include "store/format/records.h"

namespace trafrec::import {

/// The exchanges of one file in order of time, as far as its window reaches.
class FileStream {
 public:
  /// `files`: how many share the bounds of the windows.
  FileStream(std::unique_ptr<ByteSource> source, Format format, GorResponses responses,
             ConnectionNumbers& numbers, ImportReport& report, size_t files);

  /// Reads until the oldest exchange is known; false: there is no more.
  Result<bool> Ready();
  /// When the oldest began. After Ready.
  TimeNs time() const { return window_.oldest().first; }
  ImportedExchange Take();

  const ByteSource& source() const { return *source_; }
  /// Intervals in which records of this file could not be read. Complete at its end.
  std::vector<store::LossRecord> TakeLosses();

 private:
  void NoteDamage();

  std::unique_ptr<ByteSource> source_;
  ImportReport& report_;
  TimeWindow window_;
  std::unique_ptr<ExchangeReader> reader_;
  bool ended_ = false;
  std::vector<store::LossRecord> losses_;
};

}  // namespace trafrec::import
