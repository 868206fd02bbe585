#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tools/patterns/analysis/observation.h"

namespace trafrec::patterns {

/// Reads a log once and makes an Observation of each exchange that fits: what its row says, what
/// the request's head says of the client, and what a dialect says of its meaning. What cannot be
/// read (encrypted, damaged) is counted, and the rest of the exchange is used.
class LogPass {
 public:
  /// "auto", "http" or "search", as --dialect has them. With auto the beginning of what fits is
  /// read twice, to find out which.
  explicit LogPass(const std::string& dialect) : dialect_(dialect::FindDialect(dialect)) {}

  Status Run(store::LogReader& log, const store::ExchangeFilter& filter,
             const std::function<void(const Observation&)>& visit);

  /// What is missing from the observations, as sentences.
  std::vector<std::string> Notes() const;

 private:
  Status Recognise(store::LogReader& log, store::ExchangeFilter filter);
  Observation Observe(store::LogReader& log, const store::ExchangeRow& row);
  /// False if there is no request that one can read.
  bool ReadRequest(store::StoredExchange& exchange, Observation& seen);

  const dialect::Dialect* dialect_;
  bool encrypted_ = false;  ///< the key is missing: no more loads are tried
  uint64_t unread_ = 0;     ///< exchanges of which only the row was used
  uint64_t damaged_ = 0;
  uint64_t opaque_bodies_ = 0;  ///< bulks whose items could not be counted
  std::string damage_;          ///< the first
};

}  // namespace trafrec::patterns
