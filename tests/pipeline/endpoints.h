#pragma once

#include <vector>

#include "tests/pipeline/conversation.h"

namespace trafrec::pipeline {

/// A TCP segment as it passes the place of the capture.
struct Segment {
  enum class Kind : uint8_t { kData, kSyn, kReset };

  TimeNs at = 0;
  Side from = Side::kClient;
  Kind kind = Kind::kData;
  bool push = false;
  bool fin = false;
  bool acknowledges = true;
  uint64_t offset = 0;  ///< of its first byte in the sender's flow
  uint32_t length = 0;
  uint64_t known = 0;      ///< bytes of the other flow that the sender has when it sends it
  bool knows_fin = false;  ///< and its end

  uint64_t end() const { return offset + length; }
  bool bare_ack() const { return kind == Kind::kData && length == 0 && !fin; }
};

/// What lies between the endpoints and the capture.
struct Path {
  int64_t client_ns = 0;  ///< from the client to the capture
  int64_t server_ns = 0;  ///< from the capture to the server
};

Path AnyPath(Random& random);

/// Lets the endpoints hold the conversation over a path without loss, and gives the segments as the
/// capture sees them: in order of time, with truthful ACK numbers.
std::vector<Segment> Play(const Conversation& conversation, const Path& path, TimeNs start,
                          Random& random);

}  // namespace trafrec::pipeline
