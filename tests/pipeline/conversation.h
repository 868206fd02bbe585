#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "store/format/records.h"
#include "tests/support/random.h"

// What two endpoints said to each other: the truth with which the pipeline's records are compared.

namespace trafrec::pipeline {

using store::Side;
using test_support::Random;

constexpr size_t Index(Side side) { return static_cast<size_t>(side); }

/// Bytes of one flow, from its first payload byte.
struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t size() const { return end - begin; }
};

struct SentMessage {
  Range wire;
  uint64_t head_end = 0;
  store::Framing framing = store::Framing::kNone;
  std::vector<Range> body;  ///< what is left of it when the transfer coding is taken off
  Range trailers;

  uint64_t body_bytes() const;
};

struct SentExchange {
  std::string method;
  std::string target;
  uint16_t status = 0;
  SentMessage request;
  SentMessage response;
  std::vector<Range> interim;   ///< interim answers, in the server's flow
  bool waits_for_100 = false;   ///< the client sends the body after the first of them
  bool answered_early = false;  ///< the server answers when it has the request's head
};

enum class Pipelining : uint8_t {
  kTurns,   ///< a request after the answer to the one before
  kBurst,   ///< `depth` requests, then all their answers
  kWindow,  ///< `depth` requests outstanding all the time
  kMixed    ///< any number up to `depth`, as it comes
};

enum class Ending : uint8_t {
  kClientFin,
  kServerFin,
  kHalfClose,  ///< the client ends its flow with its last request
  kReset,      ///< the client resets when it has all that it wanted
  kNone        ///< the capture ends first
};

/// How the endpoints behave.
struct TalkStyle {
  Pipelining pipelining = Pipelining::kTurns;
  uint32_t depth = 1;
  uint32_t exchanges = 1;
  Ending ending = Ending::kClientFin;
  uint32_t segment_bytes = 1'460;
  bool any_size = false;   ///< segments of 1 to segment_bytes; else as large as they can be
  bool coalesces = false;  ///< messages that wait to be sent share segments
  bool quotes = false;     ///< bodies hold HTTP, much of it at segment starts
  bool proxied = false;    ///< a load balancer's PROXY header precedes the first request
  bool small = false;      ///< no message of more than some hundred bytes
};

struct Conversation {
  uint32_t number = 0;  ///< within its trial
  TalkStyle style;
  Endpoint client;
  Endpoint server;
  std::array<uint32_t, 2> isn{};        ///< by Side
  std::array<std::string, 2> flow;      ///< by Side
  std::vector<SentExchange> exchanges;  ///< after an upgrade the flows go on behind the last one

  std::string_view Bytes(Side side, const Range& range) const {
    return std::string_view(flow[Index(side)]).substr(range.begin, range.size());
  }
};

/// A style by chance.
TalkStyle AnyStyle(Random& random);

/// Makes style.exchanges exchanges, each with a name of its own in target, head and body. The name
/// holds `trial` and conversation.number.
void Converse(Conversation& conversation, uint64_t trial, Random& random);

}  // namespace trafrec::pipeline
