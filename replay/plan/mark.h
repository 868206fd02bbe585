#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "replay/message/http_message.h"
#include "store/crypto/signing.h"

namespace trafrec::plan {

/// A sentinel of the source that was answered: the run sends one of its own in its place.
struct Mark {
  std::string nonce;  ///< in hex
  std::string audience;
  TimeNs answered_at = 0;  ///< first byte of the source's answer, by the recorder's clock
};

struct EchoRules {
  /// Only what these signed counts; if there are none, whatever has a token.
  std::vector<store::crypto::VerifyKey> trusted{};
};

/// Whether it claims to be a sentinel, of whatever version.
bool IsSentinel(const message::Request& request);
/// Whether a run sent it to measure the way to the source.
bool IsCalibration(const message::Request& request);

/// What the recorded request marks, but for the time. `wire_body` is its body with the content
/// coding it had. Nothing: its token cannot be read, or nobody who is trusted signed it.
std::optional<Mark> ReadMark(const message::Request& request, std::string_view wire_body,
                             const EchoRules& rules);

}  // namespace trafrec::plan
