#pragma once

#include <string>

#include "store/reader/log_reader.h"
#include "tools/terminal.h"

namespace trafrec::tools {

struct PageOptions {
  bool request = true;
  bool response = true;
  size_t body_bytes_max = 0;  ///< 0: all
};

/// One exchange to read: its facts in words, then heads and decoded bodies.
std::string ExchangePage(const store::StoredExchange& exchange, const PageOptions& options,
                         const Paint& paint);

}  // namespace trafrec::tools
