#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// Turns exchanges into one of export's formats. Begin, Put for each exchange, End; each appends to
/// `out`, which the caller prints and empties as it likes.
class ExchangeWriter {
 public:
  virtual ~ExchangeWriter() = default;

  virtual void Begin(std::string& out) { static_cast<void>(out); }
  /// An Error is one of files that are written beside.
  virtual Status Put(const store::StoredExchange& exchange, std::string& out) = 0;
  virtual void End(std::string& out) { static_cast<void>(out); }
  /// Sentences about what the format could not express and was left out.
  virtual std::vector<std::string> Notes() const { return {}; }
};

}  // namespace trafrec::tools
