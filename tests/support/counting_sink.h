#pragma once

#include "store/format/record_sink.h"

namespace trafrec::test_support {

/// Counts what reassembly makes and drops it.
class CountingSink final : public store::RecordSink {
 public:
  void PutConnection(const store::ConnectionRecord&) override {}
  void PutExtent(store::MessageId, uint32_t, Bytes bytes) override { body_bytes += bytes.size(); }
  void PutMessage(const store::MessageRecord& message) override {
    body_bytes += message.body_rest.size();
  }
  void PutMessageFacts(store::MessageId, const store::MessageFacts&, Bytes, uint32_t) override {}
  void PutExchange(const store::ExchangeRecord& exchange) override {
    exchanges += HasFlag(exchange.flags, store::Flag::kOpen) ? 0 : 1;
  }
  void PutLoss(const store::LossRecord&) override { ++losses; }
  void Advance(const store::Marks&, TimeNs) override {}

  uint64_t exchanges = 0;
  uint64_t body_bytes = 0;
  uint64_t losses = 0;
};

}  // namespace trafrec::test_support
