#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "replay/guard/guard.h"
#include "replay/order/scheduler.h"
#include "replay/pace/schedule.h"
#include "replay/plan/planned_exchange.h"
#include "replay/run/busy_documents.h"
#include "replay/run/run_counts.h"
#include "replay/send/sent.h"
#include "store/format/records.h"

namespace trafrec::replay {

/// Where an operation of a flight stands.
enum class Phase : uint8_t {
  kWaits,  ///< for others
  kReady,  ///< may go
  kMoves,  ///< is on its way, or between two tries
  kOver,   ///< has its outcome, or will have none
};

/// The last request and answer of an exchange, for the run's log.
struct LastSent {
  TimeNs began_at = 0;  ///< of the first request, by the wall clock; 0: none was sent
  std::string head;
  bool as_planned = false;   ///< the request is the plan's, as it stands there
  message::Request request;  ///< else: as it was handed to the sender
  bool answered = false;
  message::Answer answer;  ///< as it came, content-encoded, if `answered`
  std::vector<message::Answer> interim;
  send::Timing timing;
  send::ConnectionFacts connection;

  /// `sent` gets memory of an earlier one in exchange.
  void Take(send::Sent& sent, bool as_planned);
  /// For the next exchange. Memory stays, up to limits::kKeptBodyBytes.
  void Clear();
};

/// An item of a flight that is in the scheduler.
struct Placed {
  uint64_t number = 0;  ///< there
  uint64_t writes = 0;  ///< the resource, hashed; 0: it writes none
  Phase phase = Phase::kWaits;
};

/// An exchange that is held: planned, and not over. Used again for another one when it is.
struct Flight {
  /// Begins with another exchange.
  void Begin(std::unique_ptr<plan::PlannedExchange> planned);
  const plan::PlannedExchange& plan() const { return *owned; }
  plan::PlannedExchange& plan() { return *owned; }
  /// The last one that was sent.
  const message::Request& request() const {
    return last.as_planned ? plan().request : last.request;
  }

  std::unique_ptr<plan::PlannedExchange> owned{};
  pace::Schedule::Place place{};
  uint64_t sequence = 0;             ///< order of coming in
  std::vector<guard::Item> items{};  ///< its operations that are sent
  std::vector<Placed> placed{};      ///< of the items, in their order: those that had room
  size_t open = 0;                   ///< items that are not over
  bool queued = false;               ///< among those that are ready
  bool moving = false;               ///< a part of it is on its way
  size_t bytes = 0;
  int64_t ready_at = 0;  ///< on the run's clock: when the first of its items became ready
  uint32_t parts = 0;    ///< requests that it took so far

  int64_t lag_ns = 0;  ///< due to first byte sent
  LateBy late{};       ///< why

  store::ExchangeNumber result = 0;  ///< its number in the run's log; 0: nothing was sent
  LastSent last{};
  std::list<std::unique_ptr<Flight>>::iterator self{};
};

/// What the run holds of the log: flights in the order of the log, their operations in the
/// scheduler's. Bounded by operations and by bytes. The loop's thread.
class Window {
 public:
  /// `bytes_most`: of the last one that comes in where all that are held wait.
  Window(const order::SchedulerOptions& order, size_t bytes, size_t bytes_most);

  /// Another one can come in.
  bool HasRoom() const { return bytes_ < bytes_max_ && IsOpen(); }
  /// Nothing will go before something comes in, or the order is given up.
  bool IsStuck() const {
    return ready_.empty() && moving_ == 0 && parked_ == 0 && !flights_.empty();
  }
  /// Where it is stuck, another one may come in beyond the room that there is.
  bool IsOpen() const { return bytes_ < bytes_most_ && !partly_ && scheduler_.HasRoom(); }
  /// A flight for an exchange that may come in: until Add, or the next Begin.
  Flight& Begin(std::unique_ptr<plan::PlannedExchange> exchange);
  /// Takes in the one that was begun, as far as there is room for its operations; Fill takes in the
  /// rest.
  void Add(Flight& flight);
  void Fill();
  /// No more come that began before: what waited to see them may go.
  void Advance(TimeNs began_at) { scheduler_.Advance(began_at); }
  void Close();

  /// Marks what may go, since `now` on the run's clock.
  void MarkReady(int64_t now);
  /// Of what is stuck, and cannot wait for what comes later, the oldest may go.
  void GiveUpOrder(int64_t now);
  /// Flights of which something may go.
  size_t ready() const { return ready_.size(); }
  /// The next of them, in the log's order, others marked before; null: none.
  Flight* Next(int64_t now);
  void TakeNext() { ready_.pop(); }
  /// Takes it out of the order of those that may go, until it is put back: its target is away.
  void ParkNext() {
    ready_.pop();
    ++parked_;
  }
  void Unpark(Flight& flight) {
    ready_.push(&flight);
    --parked_;
  }
  /// What of it goes now: all that is ready, of each document one write. Its items get kMoves, and
  /// no other mutation of what they write goes until they End.
  std::vector<uint32_t> TakeParcel(Flight& flight);
  /// Its parcel is over, and something of it is left.
  void PutBack(Flight& flight);

  /// The item is over. True: so is the flight, which is to be removed.
  bool End(Flight& flight, uint32_t item);
  std::unique_ptr<plan::PlannedExchange> Remove(Flight& flight);

  bool empty() const { return flights_.empty(); }
  /// But for what was passed over: that comes in out of its turn.
  const Flight* oldest() const;
  uint64_t held() const { return flights_.size(); }
  size_t bytes() const { return bytes_; }
  uint64_t digest() const { return scheduler_.digest(); }
  uint64_t unordered() const { return scheduler_.unordered(); }
  const std::list<std::unique_ptr<Flight>>& flights() const { return flights_; }

 private:
  struct OperationRef {
    Flight* flight;
    uint32_t item;
  };
  struct Later {
    bool operator()(const Flight* a, const Flight* b) const { return a->sequence > b->sequence; }
  };

  void TakeOldest(bool more, int64_t now);
  void MarkFree(int64_t now);
  void AddItems(Flight& flight);
  void Mark(uint64_t number, int64_t now);
  void Queue(Flight& flight);
  bool MayGo(const Flight& flight) const;
  bool IsFree(const Flight& flight, uint32_t item) const;
  void Park(Flight& flight);

  order::Scheduler scheduler_;
  const uint64_t operations_max_;
  const TimeNs clock_error_ns_;
  const size_t bytes_max_;
  const size_t bytes_most_;
  size_t bytes_ = 0;
  std::list<std::unique_ptr<Flight>> flights_;
  std::list<std::unique_ptr<Flight>> spare_;  ///< the first one is that of Begin
  std::deque<OperationRef> operations_;       ///< by number, from first_ on
  uint64_t first_ = 0;
  Flight* partly_ = nullptr;  ///< not all of its operations are in the scheduler yet
  std::priority_queue<Flight*, std::vector<Flight*>, Later> ready_;
  BusyDocuments busy_;
  std::vector<Flight*> released_;  ///< they waited for what is busy no more
  uint64_t sequence_ = 0;
  size_t moving_ = 0;  ///< flights
  size_t parked_ = 0;  ///< flights
};

}  // namespace trafrec::replay
