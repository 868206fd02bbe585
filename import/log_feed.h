#pragma once

#include <array>
#include <deque>
#include <memory>
#include <unordered_map>

#include "base/counters.h"
#include "import/message_redaction.h"
#include "store/format/entry_format.h"
#include "store/format/record_sink.h"

namespace trafrec::import {

/// Puts exchanges into a log: gives them numbers, and their connections what their files do not
/// say. Knows the facts of limits::kConnections connections. One thread.
class LogFeed {
 public:
  LogFeed(store::RecordSink& sink, std::shared_ptr<const reassembly::Redaction> redaction)
      : sink_(sink), redaction_(std::move(redaction)) {}

  void Put(ImportedExchange exchange);
  void Finish(const std::vector<store::LossRecord>& losses);
  void AddTo(Counters& counters) const;

  uint64_t exchanges() const { return exchanges_; }
  uint64_t out_of_order() const { return out_of_order_; }
  TimeNs first_at() const { return first_at_; }  ///< 0: nothing came
  TimeNs last_at() const { return last_at_; }

 private:
  struct Connection {
    std::string entry;               ///< the facts that were put, encoded; "" before
    store::ConnectionRecord record;  ///< of one that goes on
    bool goes_on = false;
    std::array<uint64_t, 2> offsets{};  ///< by side, of what comes next
  };

  void PutConnection(ImportedExchange& exchange);
  void PutIfOther(const store::ConnectionRecord& record);
  /// Where the exchange's messages lie in the flows of a connection that nobody saw.
  static void PlaceMessages(Connection& connection, ImportedExchange& exchange);
  Connection& Know(store::ConnectionNumber number);
  void PutClosed(Connection& connection);
  void PutMessage(store::ExchangeNumber number, store::Side side, const ImportedExchange& exchange,
                  const ImportedMessage& message);
  store::Flags PutExchange(store::ExchangeNumber number, ImportedExchange& exchange);
  void Count(const ImportedExchange& exchange, store::Flags flags);

  store::RecordSink& sink_;
  MessageRedaction redaction_;
  store::EntryEncoder encoder_;
  store::FrameBuffer scratch_;
  std::unordered_map<store::ConnectionNumber, Connection> connections_;
  std::deque<store::ConnectionNumber> known_;  // oldest first
  store::ExchangeNumber last_number_ = 0;
  store::Marks marks_;
  TimeNs first_at_ = 0;
  TimeNs last_at_ = 0;
  TimeNs last_began_ = 0;
  uint64_t exchanges_ = 0;
  uint64_t messages_ = 0;
  uint64_t interim_ = 0;
  uint64_t paired_ = 0;
  uint64_t request_only_ = 0;
  uint64_t incomplete_ = 0;
  uint64_t out_of_order_ = 0;
  std::array<uint64_t, static_cast<size_t>(store::Flag::kBodyRefused) + 1> flags_{};
};

}  // namespace trafrec::import
