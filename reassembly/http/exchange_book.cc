#include "reassembly/http/exchange_book.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::HoldCause;
using store::Side;

size_t Capacity(const Message& message) {
  return message.head.capacity() + message.body.capacity() + message.trailers.capacity() +
         message.facts.gaps.capacity() * sizeof(store::MessageGap);
}

size_t Footprint(Exchange& exchange) {
  size_t bytes = sizeof(Exchange) + Capacity(exchange.request()) + Capacity(exchange.response());
  for (const store::InterimResponse& interim : exchange.interim) {
    bytes += sizeof(interim) + interim.head.capacity();
  }
  return bytes;
}

/// For a body that outgrows its buffer: how large to make it. A body of known length is not copied
/// again and again while it grows; but whoever names a length need not send so much.
size_t RoomFor(const Message& message, size_t bytes) {
  constexpr size_t kGrowth = 4;
  const size_t most = limits::kExtentBytes + bytes;
  const auto said =
      static_cast<size_t>(std::min<uint64_t>(message.facts.declared_bytes.value_or(0), most));
  const size_t needed = message.body.size() + bytes;
  return std::clamp(said, needed, kGrowth * needed);
}

/// Finds how far a mark can go, and what keeps it from going further.
class MarkFinder {
 public:
  explicit MarkFinder(TimeNs now) : through_(now) {}

  void HeldSince(TimeNs since, HoldCause cause, store::ExchangeNumber exchange = 0) {
    if (since < through_) {
      through_ = since;
      hold_ = {cause, exchange};
    }
  }
  /// The exchange whose request is not put.
  void HeldByRequestOf(const Exchange* exchange) {
    if (exchange != nullptr) {
      HeldSince(exchange->began_at, exchange->finished ? HoldCause::kSettling : HoldCause::kRequest,
                exchange->number);
    }
  }
  /// The exchange that is not settled.
  void HeldByOutcomeOf(const Exchange* exchange) {
    if (exchange != nullptr) {
      const Message& request = exchange->messages[static_cast<size_t>(Side::kClient)];
      HeldSince(exchange->began_at,
                exchange->finished                  ? HoldCause::kSettling
                : request.present && !request.ended ? HoldCause::kRequest
                                                    : HoldCause::kAnswer,
                exchange->number);
    }
  }
  /// A mark never goes back, whatever is found late.
  void Publish(TimeNs& mark, store::Hold& hold) const {
    mark = std::max(mark, through_);
    hold = hold_;
  }

 private:
  TimeNs through_;
  store::Hold hold_;
};

/// Empties a message and keeps its buffers.
void Clear(Message& message) {
  static const store::MessageFacts kNoFacts;
  message.facts = kNoFacts;  // by assignment, which leaves the gaps' memory where it is
  message.head.clear();
  message.body.clear();
  message.trailers.clear();
  message.extents = 0;
  message.withheld.reset();
  message.peer_offset.reset();
  message.present = message.head_complete = message.ended = message.put = message.shed = false;
}

}  // namespace

void Message::TakeOver(Message& other) {
  Clear(*this);
  std::swap(facts, other.facts);
  head.swap(other.head);
  body.swap(other.body);
  trailers.swap(other.trailers);
  withheld.swap(other.withheld);
  peer_offset = other.peer_offset;
  present = other.present;
  head_complete = other.head_complete;
  ended = other.ended;
  shed = other.shed;
  Clear(other);
}

ExchangeBook::ExchangeBook(HttpLayerOptions options, MemoryAccount& memory, store::RecordSink& sink)
    : options_(std::move(options)), memory_(memory), sink_(sink) {
  if (options_.redaction) {
    redactor_ = std::make_unique<Redactor>(options_.redaction);
  }
}

ExchangeBook::~ExchangeBook() { memory_.used_bytes -= pooled_bytes_; }

Exchange& ExchangeBook::Begin(ExchangeOwner& owner, Side first, TimeNs at) {
  if (free_.empty()) {
    live_.emplace_back();
    Charge(live_.back());
  } else {
    live_.splice(live_.end(), free_, std::prev(free_.end()));
    // What was charged to the pool is now charged to the exchange.
    pooled_bytes_ -= live_.back().charged;
  }
  Exchange& exchange = live_.back();
  exchange.self = std::prev(live_.end());
  exchange.serial = ++next_serial_;
  exchange.owner = &owner;
  exchange.began_at = at;
  unsettled_.Add(&exchange);
  if (first == Side::kClient) {
    waiting_.Add(&exchange);
    next_due_ = std::min(next_due_, at + limits::kOpenRowNs);
  }
  return exchange;
}

void ExchangeBook::Number(Exchange& exchange) {
  CHECK(exchange.number == 0);
  exchange.number = next_number_++;
  by_number_.PushBack(&exchange);
  ++counts_.exchanges;
  ++counts_.exchanges_in_flight;
}

void ExchangeBook::BeginUndecided(Exchange& exchange) {
  exchange.undecided_answer = true;
  undecided_.PushBack(&exchange);
  next_due_ = std::min(next_due_, exchange.began_at + limits::kOpenRowNs);
}

void ExchangeBook::EndUndecided(Exchange& exchange) {
  exchange.undecided_answer = false;
  undecided_.Remove(&exchange);
}

void ExchangeBook::Discard(Exchange& exchange) {
  CHECK(exchange.number == 0);
  Leave(exchange);
}

void ExchangeBook::OnMessage(Exchange& exchange, Side side) {
  exchange.message(side).present = true;
  ++counts_.messages_started;
  ++counts_.messages_in_flight;
}

void ExchangeBook::OnRequestHead(Exchange& exchange) {
  if (held_.Contains(&exchange)) [[unlikely]] {
    held_.Remove(&exchange);
    PutOpenRow(exchange);
  }
}

void ExchangeBook::Charge(Exchange& exchange) {
  const size_t bytes = Footprint(exchange);
  memory_.used_bytes += bytes - exchange.charged;
  exchange.charged = bytes;
}

void ExchangeBook::AppendBody(Exchange& exchange, Side side, Bytes bytes) {
  Message& message = exchange.message(side);
  message.facts.body_bytes += bytes.size();
  if (message.shed) {
    NoteShed(0, bytes.size());
    return;
  }
  message.facts.body_stored_bytes += bytes.size();
  if (HoldsBodies()) {
    HoldBody(message, bytes);
    Charge(exchange);
    return;
  }
  const bool grows = message.body.capacity() - message.body.size() < bytes.size();
  if (grows) {
    GrowBody(message, bytes.size());
  }
  message.body.append(AsText(bytes));
  if (message.body.size() >= limits::kExtentBytes) {
    PutExtent(exchange, side, AsBytes(message.body));
    message.body.clear();
  }
  if (grows) {
    Charge(exchange);
  }
}

void ExchangeBook::GrowBody(Message& message, size_t bytes) {
  const size_t room = RoomFor(message, bytes);
  const bool becomes_large =
      room > limits::kSmallBufferBytes && message.body.capacity() <= limits::kSmallBufferBytes;
  if (becomes_large && !spare_bodies_.empty()) {
    std::string spare = std::move(spare_bodies_.back());
    spare_bodies_.pop_back();
    pooled_bytes_ -= spare.capacity();
    memory_.used_bytes -= spare.capacity();
    spare.assign(message.body);
    message.body.swap(spare);
  }
  if (message.body.capacity() < room) {
    message.body.reserve(room);
  }
}

void ExchangeBook::Finish(Exchange& exchange) {
  CHECK(!exchange.finished);
  exchange.finished = true;
  exchange.finished_at = now_;
  exchange.settling_bytes = exchange.charged;
  settling_.PushBack(&exchange);
  settling_bytes_ += exchange.settling_bytes;
  next_due_ = std::min(next_due_, now_ + limits::kSettleNs);
  while (settling_bytes_ > limits::kSettlingBytes) {
    Settle(*settling_.front());
  }
}

void ExchangeBook::Settle(Exchange& exchange) {
  if (!ShedWhole(exchange)) {
    exchange.owner->BeforePut();
    PutMessage(exchange, Side::kClient);
    PutMessage(exchange, Side::kServer);
    PutExchange(exchange, 0);
  }
  --counts_.exchanges_in_flight;
  Leave(exchange);
}

void ExchangeBook::RunDue() {
  while (Exchange* exchange = waiting_.front()) {
    if (exchange->began_at + limits::kOpenRowNs > now_) {
      break;
    }
    if (std::exchange(exchange->undecided, false)) {
      exchange->owner->GiveUpPairing(*exchange);
      continue;
    }
    waiting_.Remove(exchange);
    if (exchange->finished || !exchange->request().head_complete) {
      held_.Add(exchange);
    } else {
      PutOpenRow(*exchange);
    }
  }
  while (Exchange* exchange = undecided_.front()) {
    if (exchange->began_at + limits::kOpenRowNs > now_) {
      break;
    }
    exchange->owner->GiveUpPairing(*exchange);
    CHECK(undecided_.front() != exchange);
  }
  while (Exchange* exchange = held_.front()) {
    if (exchange->finished || exchange->began_at + limits::kHeadTimeoutNs > now_) {
      break;
    }
    exchange->owner->GiveUpHead(*exchange);
    CHECK(held_.front() != exchange);
  }
  while (!settling_.empty() && settling_.front()->finished_at + limits::kSettleNs <= now_) {
    Settle(*settling_.front());
  }
  if (shed_.messages + shed_.bytes > 0 && shed_.until + limits::kShedPauseNs <= now_) {
    PutShedLoss();
  }
  if (evicted_ && evicted_->until + limits::kLossIntervalNs <= now_) {
    PutEvictionLoss();
  }
  SetNextDue();
}

void ExchangeBook::SetNextDue() {
  next_due_ = INT64_MAX;
  if (const auto first = waiting_.first_time()) {
    next_due_ = *first + limits::kOpenRowNs;
  }
  if (const auto first = held_.first_time()) {
    next_due_ = std::min(next_due_, *first + limits::kHeadTimeoutNs);
  }
  if (!undecided_.empty()) {
    next_due_ = std::min(next_due_, undecided_.front()->began_at + limits::kOpenRowNs);
  }
  if (!settling_.empty()) {
    next_due_ = std::min(next_due_, settling_.front()->finished_at + limits::kSettleNs);
  }
  if (shed_.messages + shed_.bytes > 0) {
    next_due_ = std::min(next_due_, shed_.until + limits::kShedPauseNs);
  }
  if (evicted_) {
    next_due_ = std::min(next_due_, evicted_->until + limits::kLossIntervalNs);
  }
}

void ExchangeBook::Tick(TimeNs now, TimeNs undelivered_since) {
  Advance(now);
  if (options_.pressure) {
    pressure_ = options_.pressure();
    saving_space_ = options_.saving_space && options_.saving_space();
  }
  marks_.exchanges_below = by_number_.empty() ? next_number_ : by_number_.front()->number;
  MarkFinder requests(now_);
  requests.HeldSince(undelivered_since, HoldCause::kUndelivered);
  MarkFinder answers = requests;
  requests.HeldByRequestOf(waiting_.front());
  requests.HeldByRequestOf(held_.front());
  answers.HeldByOutcomeOf(unsettled_.front());
  requests.Publish(marks_.requests_through, marks_.requests_hold);
  answers.Publish(marks_.answers_through, marks_.answers_hold);
  sink_.Advance(marks_, now_);
}

void ExchangeBook::Leave(Exchange& exchange) {
  ++counts_.steps;
  exchange.owner->OnLeaving(exchange);
  if (by_number_.Contains(&exchange)) {
    by_number_.Remove(&exchange);
  }
  waiting_.Remove(&exchange);
  held_.Remove(&exchange);
  unsettled_.Remove(&exchange);
  if (undecided_.Contains(&exchange)) [[unlikely]] {
    undecided_.Remove(&exchange);
  }
  if (settling_.Contains(&exchange)) {
    settling_.Remove(&exchange);
    settling_bytes_ -= exchange.settling_bytes;
  }
  Recycle(exchange);
}

void ExchangeBook::RecycleBody(Exchange& exchange, Message& message) {
  const size_t bytes = message.body.capacity();
  if (bytes <= limits::kSmallBufferBytes) {
    return;
  }
  std::string body = std::exchange(message.body, {});
  Charge(exchange);
  if (pooled_bytes_ + bytes <= PooledMax()) {
    pooled_bytes_ += bytes;
    memory_.used_bytes += bytes;
    spare_bodies_.push_back(std::move(body));
  }
}

void ExchangeBook::Recycle(Exchange& exchange) {
  for (Message& message : exchange.messages) {
    if (message.present) {  // else it is as it was made
      RecycleBody(exchange, message);
      Clear(message);
    }
  }
  if (!exchange.interim.empty()) {
    exchange.interim.clear();
    Charge(exchange);
  }
  exchange.number = 0;
  exchange.owner = nullptr;
  exchange.flags = 0;
  exchange.method = exchange.target = exchange.host = {};
  exchange.settling_bytes = 0;
  exchange.finished = exchange.read = exchange.open_put = false;
  exchange.no_answer = exchange.simple = false;
  exchange.undecided = exchange.undecided_answer = false;
  if (pooled_bytes_ + exchange.charged > PooledMax()) {
    memory_.used_bytes -= exchange.charged;
    live_.erase(exchange.self);
    return;
  }
  pooled_bytes_ += exchange.charged;
  free_.splice(free_.end(), live_, exchange.self);
}

}  // namespace trafrec::reassembly
