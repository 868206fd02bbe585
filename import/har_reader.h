#pragma once

#include "import/exchange_reader.h"
#include "import/har_entry.h"

namespace trafrec::import {

/// A HAR file, entry by entry. What is damaged is skipped up to the next whole entry, wherever that
/// begins, and named.
class HarReader : public ExchangeReader {
 public:
  explicit HarReader(const ReaderContext& context) : context_(context), entries_(context.numbers) {}

  Result<bool> ReadOne(TimeWindow& window) override;

 private:
  enum class Outcome : uint8_t { kTaken, kNoEntry, kNotWhole };

  Status Enter();
  /// What comes behind any of these characters; nothing at the end.
  Result<std::optional<char>> SkipAnyOf(std::string_view skipped);
  Result<Outcome> TakeObject(TimeWindow& window);
  Result<bool> FindNextEntry(TimeWindow& window);
  Status CheckEnd();
  void EndsEarly(uint64_t offset, uint64_t bytes, const char* what);

  const ReaderContext context_;
  JsonParser parser_;
  HarEntryReader entries_;
  std::optional<uint64_t> damaged_from_;  // while looking for the next whole entry
  const char* damage_ = "";
  bool entered_ = false;
  bool ended_ = false;
};

}  // namespace trafrec::import
