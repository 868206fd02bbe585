#pragma once

#include <string_view>

#include "base/counters.h"
#include "store/format/records.h"

namespace trafrec::store {

/// Where the reassembly thread puts what it made. Implemented by LogWriter, and by a collector in
/// tests. All calls come from one thread; spans are borrowed for the length of the call. A sink
/// never fails towards its caller: what it cannot store it counts and remembers as loss.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  /// A request with the bytes that were sent, where redaction may replace some: just before its
  /// PutMessage, for who must judge them. They are not to be stored.
  virtual void SeeRequest(const MessageRecord& /*request*/, std::string_view /*target*/) {}

  virtual void PutConnection(const ConnectionRecord& connection) = 0;
  /// The next `bytes` of a body too large, or too slow, to wait for its end; `index` counts 0, 1, …
  /// within the message.
  virtual void PutExtent(MessageId id, uint32_t index, Bytes bytes) = 0;
  /// Once a message: when it has ended, or, with Flag::kOpen in its facts, when it has been coming
  /// in for over a second. Its body is extents [0, message.extents) + body_rest + the extents put
  /// after it.
  virtual void PutMessage(const MessageRecord& message) = 0;
  /// Facts that became known after PutMessage (its end, an ACK, a retransmission, the close); they
  /// replace the earlier ones. `trailers`: those of a message that ended after PutMessage, else
  /// empty. `extents`: all that were put.
  virtual void PutMessageFacts(MessageId id, const MessageFacts& facts, Bytes trailers,
                               uint32_t extents) = 0;
  virtual void PutExchange(const ExchangeRecord& exchange) = 0;
  virtual void PutLoss(const LossRecord& loss) = 0;
  /// All records below these marks have been put. `packet_now` is the packet time of the caller,
  /// which decides when a frame that is not full is written.
  virtual void Advance(const Marks& marks, TimeNs packet_now) = 0;
};

}  // namespace trafrec::store
