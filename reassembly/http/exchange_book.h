#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reassembly/http/exchange.h"
#include "reassembly/http/http_counts.h"
#include "reassembly/http/http_layer.h"
#include "reassembly/http/time_queue.h"
#include "reassembly/limits.h"
#include "reassembly/redaction/redactor.h"
#include "store/format/record_sink.h"

namespace trafrec::reassembly {

/// What all connections share: the numbers, the exchanges that are not yet settled and what they
/// wait for, the marks, the counters, and the way to the sink. Owns the exchanges. One thread,
/// packet time.
///
/// Numbers are given in the order in which start lines were recognised, which is the order of the
/// requests' first bytes except where a start line came in several packets.
class ExchangeBook {
 public:
  ExchangeBook(HttpLayerOptions options, MemoryAccount& memory, store::RecordSink& sink);
  ~ExchangeBook();

  /// A new exchange without a number that begins with a message of `first`. From now on it holds
  /// the marks back.
  Exchange& Begin(ExchangeOwner& owner, store::Side first, TimeNs at);
  void Number(Exchange& exchange);
  /// It was no message after all. Only before it has a number.
  void Discard(Exchange& exchange);
  /// Its answer may go to the exchange of a request, until the owner is told that it waited for
  /// long enough (GiveUpPairing). It has no number meanwhile.
  void BeginUndecided(Exchange& exchange);
  void EndUndecided(Exchange& exchange);
  /// A message of the exchange has begun, or its head became complete.
  void OnMessage(Exchange& exchange, store::Side side);
  void OnRequestHead(Exchange& exchange);

  /// Once a message's framing is known: whether its body is given up because of the load.
  void DecideShedding(Exchange& exchange, store::Side side);
  /// Appends to the body and spills it in extents when it is large.
  void AppendBody(Exchange& exchange, store::Side side, Bytes bytes);
  /// A head as it may be kept beyond the message that it belongs to.
  std::string Redacted(std::string_view head);
  /// One more interim answer of the exchange, if it has not too many.
  void KeepInterim(Exchange& exchange, TimeNs at, uint16_t status, std::string_view head);
  /// Brings the exchange's charge up to date. Whoever made a buffer of it larger calls it.
  void Charge(Exchange& exchange);

  /// Both sides have ended: puts the exchange when its ACK comes (Settle), or without it.
  void Finish(Exchange& exchange);
  /// Puts the exchange with what is known, and recycles it.
  void Settle(Exchange& exchange);

  /// Runs what is due at packet time `at`, before the event of that time is handled: then the
  /// outcome does not depend on how packets are batched.
  void Advance(TimeNs at) {
    if (at > now_) {
      now_ = at;
      if (at >= next_due_) {
        RunDue();
      }
    }
  }
  /// Advance, then tells the sink how far everything is put.
  void Tick(TimeNs now, TimeNs undelivered_since);
  void Flush();

  void PutConnection(const store::ConnectionRecord& record) { sink_.PutConnection(record); }
  void PutLoss(const store::LossRecord& loss) { sink_.PutLoss(loss); }
  /// A connection was given up for want of memory. Those that follow each other are one loss row.
  /// `connection`: of the row, if no other joins it.
  void NoteEviction(TimeNs from, TimeNs until, uint64_t bytes,
                    std::optional<store::ConnectionNumber> connection);
  void PutFacts(store::MessageId id, const store::MessageFacts& facts, uint32_t extents);

  const HttpLayerOptions& options() const { return options_; }
  MemoryAccount& memory() { return memory_; }
  HttpCounts& counts() { return counts_; }

 private:
  void RunDue();
  void SetNextDue();
  void PutOpenRow(Exchange& exchange);
  void ShowRequest(Exchange& exchange);
  void PutMessage(Exchange& exchange, store::Side side);
  void PutExchange(Exchange& exchange, store::Flags extra);
  void PutExtent(Exchange& exchange, store::Side side, Bytes bytes);
  void PutBodyInExtents(Exchange& exchange, store::Side side, size_t rest_max);
  bool HoldsBodies() const { return redactor_ != nullptr && redactor_->reads_bodies(); }
  void HoldBody(Message& message, Bytes bytes);
  void RedactBody(Message& message);
  void CountExchange(const Exchange& exchange, store::Flags flags);
  bool ShedWhole(Exchange& exchange);
  void NoteShed(uint64_t messages, uint64_t bytes);
  void PutShedLoss();
  void PutEvictionLoss();
  /// What may stay in buffers for reuse: with a small budget little, for it is a part of it.
  size_t PooledMax() const { return std::min(limits::kPooledBytes, memory_.max_bytes / 8); }
  void Leave(Exchange& exchange);
  void GrowBody(Message& message, size_t bytes);
  void Recycle(Exchange& exchange);
  void RecycleBody(Exchange& exchange, Message& message);

  HttpLayerOptions options_;
  MemoryAccount& memory_;
  store::RecordSink& sink_;
  std::unique_ptr<Redactor> redactor_;  ///< null: secrets are kept
  HttpCounts counts_;

  std::list<Exchange> live_;
  std::list<Exchange> free_;               ///< with their buffers, for reuse
  std::vector<std::string> spare_bodies_;  ///< large buffers, the one used last at the end
  size_t pooled_bytes_ = 0;                ///< of free_ and spare_bodies_; charged too
  uint64_t next_serial_ = 0;
  store::ExchangeNumber next_number_ = 1;

  IntrusiveList<Exchange, &Exchange::by_number> by_number_;
  TimeQueue<&Exchange::waiting, &Exchange::waiting_late> waiting_;
  TimeQueue<&Exchange::unsettled, &Exchange::unsettled_late> unsettled_;
  IntrusiveList<Exchange, &Exchange::answers_undecided> undecided_;
  IntrusiveList<Exchange, &Exchange::settling> settling_;
  size_t settling_bytes_ = 0;
  TimeQueue<&Exchange::held, &Exchange::held_late> held_;

  TimeNs now_ = INT64_MIN;
  TimeNs next_due_ = INT64_MAX;
  store::Marks marks_;
  double pressure_ = 0;
  bool saving_space_ = false;
  store::ExchangeRecord record_;  ///< reused, so that its strings are
  struct {
    TimeNs from = 0;
    TimeNs until = 0;
    uint64_t messages = 0;
    uint64_t bytes = 0;
  } shed_;
  std::optional<store::LossRecord> evicted_;  ///< the row that the next eviction may join
};

}  // namespace trafrec::reassembly
