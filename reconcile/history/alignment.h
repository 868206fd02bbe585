#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace trafrec::reconcile {

/// What a message of a search engine's client or server says of itself, as far as it tells the
/// answer to one request from that to another.
struct Shape {
  enum class Kind : uint8_t { kUnknown, kWrite, kGet, kBulk, kMultiGet, kSearch };

  Kind kind = Kind::kUnknown;
  std::vector<std::string> ids{};  ///< of each operation; "" where it is not said

  /// Whether an answer of that shape may be to a request of this one.
  bool Fits(const Shape& answer) const;
};

/// A message of one connection, in the order of its flow.
struct FlowMessage {
  uint64_t offset = 0;  ///< in its flow
  uint64_t bytes = 0;
  std::optional<uint64_t> ack{};  ///< so much of the other flow its sender had
  Shape shape{};
  std::optional<uint64_t> pair{};  ///< request and answer that have the same belong together
};

/// Which requests of a connection the answers belong to, where the capture lost some of either:
/// pairs of places in the two lists. Answers come in the order of their requests (RFC 9112, section
/// 9.3.2); none is sent before its request was received, or begins before what the client already
/// had when it asked. A hole in the client's flow holds as many requests as its bytes have room
/// for, one in the server's any number of answers, and the last requests may have no answer. Only
/// what is the same in every pairing that these allow is told. Takes time and memory by the product
/// of both lengths. `sent`: the bytes of the client's flow. `least`: of a request's head.
std::vector<std::pair<size_t, size_t>> Align(const std::vector<FlowMessage>& requests,
                                             const std::vector<FlowMessage>& answers, uint64_t sent,
                                             uint64_t least);

}  // namespace trafrec::reconcile
