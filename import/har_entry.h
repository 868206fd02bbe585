#pragma once

#include "import/connection_numbers.h"
#include "import/imported_exchange.h"
#include "import/json_value.h"

namespace trafrec::import {

/// What became of an entry: an exchange, or the reason why it is none.
struct HarEntry {
  std::optional<ImportedExchange> exchange{};
  const char* left_out = nullptr;  ///< counter: understood, but nothing that was sent
  const char* broken = nullptr;    ///< in words: it cannot be understood
  const char* noted = nullptr;     ///< counter: taken, but not all of it
};

/// Makes exchanges of the entries of one HAR file (1.1 and 1.2). Heads are put together from
/// fields, those of HTTP/2 and 3 as HTTP/1.1 has them; contents are decoded in HAR, and stay so.
class HarEntryReader {
 public:
  explicit HarEntryReader(ConnectionNumbers& numbers) : numbers_(numbers) {}

  static bool LooksLikeEntry(const JsonValue& value);
  HarEntry Read(const JsonValue& entry);

 private:
  void SetConnection(ImportedExchange& exchange, const JsonValue& entry, std::string_view authority,
                     bool tls);
  store::ConnectionNumber NumberOf(uint64_t number, std::optional<uint64_t>& source);

  ConnectionNumbers& numbers_;
  std::optional<uint64_t> decimal_source_;  // connections that the file calls by a number
  std::optional<uint64_t> named_source_;    // the others
  NamedNumbers named_;
};

}  // namespace trafrec::import
