#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/counters.h"
#include "reassembly/reassembler.h"
#include "store/format/record_sink.h"

namespace trafrec::fuzz {

/// Takes numbers and byte strings off the fuzzer's input; zeros and nothing once it is used up.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }

  uint8_t Byte() { return Number<uint8_t>(); }
  uint16_t Word() { return Number<uint16_t>(); }
  Bytes Take(size_t count) {
    const Bytes taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  template <typename T>
  T Number() {
    T value = 0;
    const Bytes taken = Take(sizeof(T));
    if (!taken.empty()) {  // memcpy wants a pointer even for nothing
      std::memcpy(&value, taken.data(), taken.size());
    }
    return value;
  }

  Bytes rest_;
};

/// Takes every record, touches all its bytes so that ASan sees borrowed memory that is gone, and
/// holds the rules that need no knowledge of the traffic.
class CheckingSink : public store::RecordSink {
 public:
  void PutConnection(const store::ConnectionRecord& connection) override {
    CHECK(connection.number > 0);
  }
  void PutExtent(store::MessageId id, uint32_t, Bytes bytes) override {
    CHECK(id >= 2);
    Touch(bytes);
  }
  void PutMessage(const store::MessageRecord& message) override {
    CHECK(message.id >= 2);
    CheckFacts(message.facts);
    Touch(message.head);
    Touch(message.body_rest);
    Touch(message.trailers);
  }
  void PutMessageFacts(store::MessageId, const store::MessageFacts& facts, Bytes trailers,
                       uint32_t) override {
    CheckFacts(facts);
    Touch(trailers);
  }
  void PutExchange(const store::ExchangeRecord& exchange) override {
    CHECK(exchange.has_request || exchange.has_response);
  }
  void PutLoss(const store::LossRecord& loss) override { CHECK(loss.from <= loss.until); }
  void Advance(const store::Marks& marks, TimeNs) override {
    CHECK(marks.exchanges_below >= below_);
    below_ = marks.exchanges_below;
  }

 private:
  static void CheckFacts(const store::MessageFacts& facts) {
    CHECK(facts.body_stored_bytes <= facts.body_bytes);
    CHECK(facts.acked_bytes <= facts.wire_bytes);
    for (const store::MessageGap& gap : facts.gaps) {
      CHECK(gap.length > 0);
    }
  }
  void Touch(Bytes bytes) {
    for (const uint8_t byte : bytes) {
      sum_ = sum_ + byte;
    }
  }

  store::ExchangeNumber below_ = 0;
  volatile uint8_t sum_ = 0;
};

/// A reassembler with small limits, so that the fuzzer reaches them; `Finish` holds the sums.
class Pipeline {
 public:
  Pipeline() : reassembler_(SmallLimits(), sink_) {}

  void OnPacket(const reassembly::Packet& packet) { reassembler_.OnPacket(packet); }
  void OnTick(TimeNs now) { reassembler_.OnTick(now); }
  void Finish() {
    reassembler_.Finish();
    CHECK(BrokenSums(reassembler_.counters()).empty());
  }

 private:
  static reassembly::ReassemblerOptions SmallLimits() {
    reassembly::ReassemblerOptions options;
    options.checksums = reassembly::ChecksumPolicy::kIgnore;
    options.memory_bytes_max = size_t{1} << 20;
    options.limits.rest_after_ns = 1;
    return options;
  }

  CheckingSink sink_;
  reassembly::Reassembler reassembler_;
};

}  // namespace trafrec::fuzz
