#pragma once

#include <map>
#include <string>
#include <utility>

#include "import/exchange_reader.h"
#include "import/json_value.h"

namespace trafrec::import {

/// The NDJSON that `trafrec export` prints (docs/cli.md), line by line.
class NdjsonReader : public ExchangeReader {
 public:
  explicit NdjsonReader(const ReaderContext& context) : context_(context) {}

  Result<bool> ReadOne(TimeWindow& window) override;

 private:
  /// Size of the line at the source's place, without its end; nullopt: it is too long.
  Result<std::optional<size_t>> FindLine();
  Status TakeLine(std::string_view line, bool ended, TimeWindow& window);
  /// False: there are too many recorders.
  bool SetConnection(const std::string& recorder, const std::string& attempt, uint64_t number,
                     ImportedExchange& exchange);

  const ReaderContext context_;
  JsonParser parser_;
  std::map<std::pair<std::string, std::string>, uint64_t> sources_;  // by recorder and attempt
  std::optional<uint64_t> unnamed_source_;
  NamedNumbers unnamed_;
  uint64_t lines_ = 0;
};

}  // namespace trafrec::import
