#pragma once

#include <string>
#include <string_view>

#include "store/reader/log_reader.h"

namespace trafrec::test_support {

/// Begins at 2026-11-21T06:48:00.000000001Z.
inline constexpr TimeNs kNoon = 1'795'243'680'000'000'001;

/// An exchange as LogReader would load it, from the text on the wire. Heads end with an empty line;
/// row, lengths and framing follow from them.
///
///     Exchange(7).Request("PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 2\r\n\r\n", "{}")
///         .Response("HTTP/1.1 201 Created\r\n\r\n")
class Exchange {
 public:
  explicit Exchange(store::ExchangeNumber number = 1);

  Exchange& Request(std::string_view head, std::string_view body = {},
                    std::string_view trailers = {});
  Exchange& Response(std::string_view head, std::string_view body = {},
                     std::string_view trailers = {});
  Exchange& Flag(store::Flag flag);
  /// A hole of `length` bytes in the response's body; the stored body lacks it.
  Exchange& GapInResponse(uint64_t body_offset, uint64_t length);
  Exchange& Interim(uint16_t status, std::string_view head);

  operator const store::StoredExchange&() const { return exchange_; }
  store::StoredExchange& stored() { return exchange_; }

 private:
  store::StoredExchange exchange_;
};

}  // namespace trafrec::test_support
