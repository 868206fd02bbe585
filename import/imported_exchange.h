#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/format/records.h"

namespace trafrec::import {

struct ImportedMessage {
  store::MessageFacts facts;
  std::string head;
  std::string body;  ///< transfer-decoded; without the holes that facts.gaps name
  std::string trailers;
};

/// An exchange as a file has it, before numbers are given and secrets are taken out.
struct ImportedExchange {
  std::optional<ImportedMessage> request;
  std::optional<ImportedMessage> response;
  std::vector<store::InterimResponse> interim;
  TimeNs began_at = 0;
  int64_t latency_ns = -1;
  std::string method;
  std::string target;
  std::string host;
  store::Flags flags = 0;  ///< its own; those of the messages are in their facts
  store::ConnectionRecord connection;
  /// The file knows no addresses, or no sequence numbers: they are to be made up.
  bool wire_unknown = false;
  /// Further exchanges may come on this connection, whose end nobody knows.
  bool connection_goes_on = false;
  uint64_t number = 0;  ///< of the exchange, where the file has one
  std::string pair;     ///< what a request and its response have in common, if they come apart

  size_t bytes() const {
    size_t sum = sizeof(*this) + method.size() + target.size() + host.size();
    for (const auto* message : {&request, &response}) {
      if (*message) {
        sum += (*message)->head.size() + (*message)->body.size() + (*message)->trailers.size();
      }
    }
    return sum;
  }
};

}  // namespace trafrec::import
