#pragma once

#include <cstdint>
#include <string>

#include "store/format/records.h"

namespace trafrec::store {

/// Of an exchange in the log of a replay: which exchange of the source's log it was sent for, and
/// how that went. Its texts are names and words of the run, none of them from traffic.
struct ResultLink {
  ExchangeNumber exchange = 0;  ///< in the log of the run
  std::string source_recorder{};
  uint32_t source_attempt = 0;
  ExchangeNumber source_exchange = 0;
  uint32_t first_item = 0;       ///< of the source's operations, 0, 1, …
  uint32_t items = 0;            ///< how many from there on; 0: the exchange as a whole
  uint32_t tries = 1;            ///< copies that were sent, the last one included
  uint32_t parts = 1;            ///< requests that the answer is put together from
  std::string target{};          ///< its name
  int64_t lag_ns = 0;            ///< due time to the first byte that went out
  std::string wait{};            ///< what held it longest after it was due: "order"; empty: nothing
  int64_t wait_ns = 0;           ///< how long that held it
  std::string source_outcome{};  ///< class of the outcome there: "created"; empty: not known
  std::string target_outcome{};

  bool operator==(const ResultLink&) const = default;
};

}  // namespace trafrec::store
