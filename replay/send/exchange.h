#pragma once

#include <cstdint>

#include "replay/send/limits.h"
#include "replay/send/request_head.h"
#include "replay/send/sender.h"
#include "replay/send/sent.h"

namespace trafrec::send {

/// A request on its way: it waits in a pool, then it is a connection's, then it is reported.
struct Exchange {
  uint64_t number = 0;
  Sent sent;
  Done done;
  Outgoing out;
  uint32_t unwritten_tries = 0;  ///< connections that were closed before its first byte
  int64_t exhausted_since = 0;   ///< all connections were in use; 0: it did not wait for that

  /// For the next request. Memory for answers stays, up to limits::kKeptBodyBytes.
  void Clear() {
    sent.request = {};
    sent.answered = false;
    sent.interim.clear();
    sent.sent = false;
    sent.kind = Failure::kNone;
    sent.failure.clear();
    sent.timing = {};
    sent.connection = {};
    if (sent.answer.body.capacity() > limits::kKeptBodyBytes) {
      sent.answer.body = {};
    }
    unwritten_tries = 0;
    exhausted_since = 0;
  }
};

}  // namespace trafrec::send
