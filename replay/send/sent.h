#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "replay/message/http_message.h"

// What became of a request.

namespace trafrec::send {

/// Of the monotonic clock, in nanoseconds; 0 for what did not happen.
struct Timing {
  int64_t handed_over = 0;
  int64_t first_written = 0;  ///< just before the system call
  int64_t last_written = 0;   ///< just after it: the kernel has all bytes
  int64_t first_read = 0;     ///< of the answer, or of the first interim one
  int64_t last_read = 0;
  /// How long it waited because the target's connections were all in use.
  int64_t exhausted_ns = 0;
  /// The wall clock at first_written.
  TimeNs wall = 0;

  /// The wall clock at another moment of the monotonic one.
  TimeNs WallAt(int64_t steady) const { return wall + (steady - first_written); }
};

/// The connection that a request went over.
struct ConnectionFacts {
  uint64_t number = 0;  ///< 1, 2, … over all targets of a sender; 0: there was none
  Endpoint local;
  Endpoint peer;
  TimeNs opened_at = 0;    ///< wall clock, before the first SYN
  int64_t connect_ns = 0;  ///< TCP's handshake, other addresses of the name that failed too
  /// What the kernel measured in the handshake: no work of the loop is in it.
  int64_t round_trip_ns = 0;
  int64_t tls_ns = 0;            ///< TLS's handshake; 0 without TLS
  std::string_view tls_version;  ///< "TLSv1.3"; "" without TLS. Lives as long as the program
  uint64_t exchanges = 0;        ///< that began on it, this one too
};

enum class Failure : uint8_t {
  kNone,
  kUnsendable,      ///< no HTTP/1.1 request can be made of it
  kName,            ///< the target's name was not found
  kConnect,         ///< refused, unreachable, no free port of ours
  kConnectTimeout,  ///< of name, TCP or TLS
  kTls,             ///< the handshake failed, or the session broke later
  kAnswerTimeout,
  kCut,        ///< the connection ended before the answer did
  kGarbage,    ///< what came is no HTTP/1.x
  kTooLarge,   ///< the answer is beyond limits.h
  kCancelled,  ///< by Cancel or Close
};

/// What Done gets. It may take (move) what it wants; what it leaves is used for later exchanges.
struct Sent {
  message::Request request;  ///< as it was handed over
  /// Of the request as it went out, the empty line included; "(secret)" stands for credentials.
  /// Empty if nothing was to be written.
  std::string head;
  bool answered = false;
  message::Answer answer;                ///< whole if `answered`, else empty
  std::vector<message::Answer> interim;  ///< 1xx, before it
  /// Whether a byte of the request was handed to the kernel or to TLS. If not, the target cannot
  /// have seen it.
  bool sent = false;
  Failure kind = Failure::kNone;
  std::string failure;  ///< a sentence with target, reason and remedy; "" if answered
  Timing timing;
  ConnectionFacts connection;
};

}  // namespace trafrec::send
