#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replay/message/http_message.h"
#include "store/reader/log_reader.h"

namespace trafrec::recorded {

/// The message is in the log from its first byte to its last: it may be sent again.
bool IsWhole(const store::StoredMessage& message);
/// So many bytes of the body stand in the log without a hole before them. 0 where nobody can tell:
/// the hole is in the head or between chunks, or the body is kept otherwise than it went.
size_t UnbrokenBytes(const store::StoredMessage& message);

/// A request of the log as a value.
struct RecordedRequest {
  message::Request request;
  /// The content codings that were taken off its body ("gzip"); "" if it has none, or could not be
  /// decoded.
  std::string coding;
  std::string coded_body;             ///< the body as it was, if `coding` says so
  std::vector<std::string> withheld;  ///< names of fields that redaction replaced: left out
  std::string trouble;                ///< why the body could not be decoded; "" if it could
};

/// Nothing if the log has not the whole of its start line. `bytes_max` bounds the decoded body.
std::optional<RecordedRequest> RequestOf(const store::StoredMessage& message, size_t bytes_max);

}  // namespace trafrec::recorded
