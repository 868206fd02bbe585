#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/format/record_sink.h"

namespace trafrec::test_support {

/// A message as a reader of the log would put it together from the records.
struct CollectedMessage {
  store::ConnectionNumber connection = 0;
  store::MessageFacts facts;
  std::string head;
  std::string body;
  std::string trailers;
  uint32_t extents = 0;
  int puts = 0;
};

struct CollectedExchange {
  store::ExchangeRecord record;
  int puts = 0;

  bool final() const { return puts > 0 && !HasFlag(record.flags, store::Flag::kOpen); }
};

/// Keeps all that is put, and checks the order in which the sink must be called.
class CollectingSink final : public store::RecordSink {
 public:
  void PutConnection(const store::ConnectionRecord& connection) override;
  void PutExtent(store::MessageId id, uint32_t index, Bytes bytes) override;
  void PutMessage(const store::MessageRecord& message) override;
  void PutMessageFacts(store::MessageId id, const store::MessageFacts& facts, Bytes trailers,
                       uint32_t extents) override;
  void PutExchange(const store::ExchangeRecord& exchange) override;
  void PutLoss(const store::LossRecord& loss) override;
  void Advance(const store::Marks& marks, TimeNs packet_now) override;

  std::map<store::ConnectionNumber, store::ConnectionRecord> connections;
  std::map<store::MessageId, CollectedMessage> messages;
  std::map<store::ExchangeNumber, CollectedExchange> exchanges;
  std::vector<store::LossRecord> losses;
  store::Marks marks;
  std::vector<std::string> calls;   ///< "message 2", "exchange 1", …
  std::vector<std::string> broken;  ///< sentences: rules of RecordSink that its caller broke

 private:
  void Require(bool holds, const char* rule, uint64_t number);
};

}  // namespace trafrec::test_support
