#pragma once

#include <cstdint>

#include "tools/exchange_writer.h"

namespace trafrec::tools {

/// GoReplay's file format: a line "1 id time latency" (2 for a response), the message as HTTP, and
/// a separator line. The format cannot say that bytes are missing, and cannot hold its own
/// separator: messages with either are left out.
class GorWriter : public ExchangeWriter {
 public:
  Status Put(const store::StoredExchange& exchange, std::string& out) override;
  std::vector<std::string> Notes() const override;

 private:
  void PutMessage(char type, const std::string& id, const store::StoredMessage& message,
                  std::string& out);

  uint64_t incomplete_ = 0;
  uint64_t with_separator_ = 0;
};

}  // namespace trafrec::tools
