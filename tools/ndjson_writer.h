#pragma once

#include "tools/exchange_writer.h"

namespace trafrec::tools {

/// The documented contract, one object a line (docs/cli.md, "NDJSON").
class NdjsonWriter : public ExchangeWriter {
 public:
  Status Put(const store::StoredExchange& exchange, std::string& out) override;
};

/// A row of `show --json`: the same names, metadata only.
void AppendRowJson(std::string& out, const store::ExchangeRow& row);

}  // namespace trafrec::tools
