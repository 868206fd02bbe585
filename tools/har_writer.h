#pragma once

#include <cstdint>

#include "tools/exchange_writer.h"

namespace trafrec::tools {

/// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): one page-less log. Contents are
/// decoded; binary ones are base64. An exchange without a response has status 0, as browsers write
/// it; one without a request cannot be an entry and is left out.
class HarWriter : public ExchangeWriter {
 public:
  void Begin(std::string& out) override;
  Status Put(const store::StoredExchange& exchange, std::string& out) override;
  void End(std::string& out) override;
  std::vector<std::string> Notes() const override;

 private:
  bool first_ = true;
  uint64_t without_request_ = 0;
};

}  // namespace trafrec::tools
