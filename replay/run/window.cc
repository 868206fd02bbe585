#include "replay/run/window.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "replay/run/flight_items.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

void LastSent::Take(send::Sent& sent, bool planned) {
  if (began_at == 0) {
    began_at = sent.timing.wall;
  }
  std::swap(head, sent.head);
  as_planned = planned;
  if (!planned) {
    request = std::move(sent.request);
  }
  timing = sent.timing;
  connection = sent.connection;
  std::swap(interim, sent.interim);
  answered = sent.answered;
  if (answered) {
    std::swap(answer, sent.answer);
  }
}

void LastSent::Clear() {
  began_at = 0;
  head.clear();
  as_planned = false;
  request = {};
  answered = false;
  if (answer.body.capacity() > limits::kKeptBodyBytes) {
    answer = {};
  }
  interim.clear();
  timing = {};
  connection = {};
}

void Flight::Begin(std::unique_ptr<plan::PlannedExchange> planned) {
  owned = std::move(planned);
  place = {};
  sequence = 0;
  items.clear();
  placed.clear();
  open = 0;
  queued = false;
  moving = false;
  bytes = 0;
  ready_at = 0;
  parts = 0;
  lag_ns = 0;
  late = {};
  result = 0;
  last.Clear();
}

Window::Window(const order::SchedulerOptions& order, size_t bytes, size_t bytes_most)
    : scheduler_(order),
      operations_max_(order.window),
      clock_error_ns_(order.clock_error_ns),
      bytes_max_(bytes),
      bytes_most_(bytes_most) {}

Flight& Window::Begin(std::unique_ptr<plan::PlannedExchange> exchange) {
  if (spare_.empty()) {
    spare_.push_front(std::make_unique<Flight>());
  }
  Flight& flight = *spare_.front();
  flight.Begin(std::move(exchange));
  return flight;
}

void Window::Add(Flight& flight) {
  CHECK(IsOpen() && &flight == spare_.front().get());
  flight.sequence = sequence_++;
  flight.open = flight.items.size();
  flight.bytes = flight.plan().counted_bytes;
  bytes_ += flight.bytes;
  flights_.splice(flights_.end(), spare_, spare_.begin());
  flight.self = std::prev(flights_.end());
  AddItems(flight);
}

void Window::Fill() {
  if (partly_ != nullptr) {
    AddItems(*partly_);
  }
}

void Window::AddItems(Flight& flight) {
  partly_ = nullptr;
  while (flight.placed.size() < flight.items.size()) {
    if (!scheduler_.HasRoom()) {
      partly_ = &flight;
      return;
    }
    const auto item = static_cast<uint32_t>(flight.placed.size());
    const plan::PlannedOperation& planned = flight.plan().operations[flight.items[item].operation];
    const uint64_t number = scheduler_.Add(planned.order);
    if (operations_.empty()) {
      first_ = number;
    }
    operations_.push_back({&flight, item});
    flight.placed.push_back({number, WrittenBy(flight, flight.items[item])});
  }
}

/// A list of gets or searches is asked as one, so that its answer shows one moment, as it did at
/// the source; unless the window cannot hold all of it. A bulk goes in parts.
bool Window::MayGo(const Flight& flight) const {
  if (flight.plan().meaning.goes_in_parts() || flight.items.size() > operations_max_) {
    return true;
  }
  return flight.placed.size() == flight.items.size() &&
         std::ranges::find(flight.placed, Phase::kWaits, &Placed::phase) == flight.placed.end();
}

const Flight* Window::oldest() const {
  const auto found = std::ranges::find_if(
      flights_, [](const std::unique_ptr<Flight>& flight) { return !flight->plan().caught_up; });
  return found == flights_.end() ? nullptr : found->get();
}

void Window::Close() { scheduler_.Close(); }

void Window::MarkReady(int64_t now) {
  for (Flight* const flight : std::exchange(released_, {})) {
    if (flight->parts == 0) {
      flight->ready_at = now;
    }
    Queue(*flight);
  }
  MarkFree(now);
  if (IsStuck() && partly_ != nullptr) {
    // The window is full of one request, whose items wait for what began before it was answered:
    // for its own, of which those that have room come first.
    const auto answered_at =
        partly_->plan().operations[partly_->items[0].operation].order.answered_at;
    scheduler_.Advance(answered_at.value_or(0) + clock_error_ns_ + 1);
    MarkFree(now);
  }
  // A list that goes as one may hold back what others wait for, while one of its items waits for
  // them.
  TakeOldest(/*more=*/true, now);
}

void Window::GiveUpOrder(int64_t now) { TakeOldest(/*more=*/false, now); }

void Window::TakeOldest(bool more, int64_t now) {
  while (IsStuck()) {
    const auto number = scheduler_.TakeOldest(more);
    if (!number) {
      return;
    }
    Mark(*number, now);
  }
}

void Window::MarkFree(int64_t now) {
  while (const auto number = scheduler_.TakeFree()) {
    Mark(*number, now);
  }
}

void Window::Mark(uint64_t number, int64_t now) {
  const OperationRef ref = operations_[number - first_];
  ref.flight->placed[ref.item].phase = Phase::kReady;
  if (ref.flight->ready_at == 0) {
    ref.flight->ready_at = now;
  }
  Queue(*ref.flight);
}

void Window::Queue(Flight& flight) {
  if (!flight.queued && !flight.moving && MayGo(flight)) {
    flight.queued = true;
    ready_.push(&flight);
  }
}

Flight* Window::Next(int64_t now) {
  MarkReady(now);
  while (!ready_.empty()) {
    Flight& flight = *ready_.top();
    for (uint32_t item = 0; item < flight.placed.size(); ++item) {
      if (IsFree(flight, item)) {
        return &flight;
      }
    }
    ready_.pop();
    flight.queued = false;
    Park(flight);
  }
  return nullptr;
}

bool Window::IsFree(const Flight& flight, uint32_t item) const {
  const Placed& placed = flight.placed[item];
  return placed.phase == Phase::kReady && !busy_.IsBusy(placed.writes);
}

/// Until one of those that are ready, and whose documents are busy, may go.
void Window::Park(Flight& flight) {
  for (uint32_t item = 0; item < flight.placed.size(); ++item) {
    if (flight.placed[item].phase == Phase::kReady) {
      busy_.Await(flight.placed[item].writes, flight);
    }
  }
}

std::vector<uint32_t> Window::TakeParcel(Flight& flight) {
  flight.queued = false;
  flight.moving = true;
  ++moving_;
  std::vector<uint32_t> taken;
  for (uint32_t item = 0; item < flight.placed.size(); ++item) {
    if (IsFree(flight, item)) {
      flight.placed[item].phase = Phase::kMoves;
      busy_.Take(flight.placed[item].writes);
      taken.push_back(item);
    }
  }
  return taken;
}

void Window::PutBack(Flight& flight) {
  flight.moving = false;
  --moving_;
  if (std::ranges::find(flight.placed, Phase::kReady, &Placed::phase) != flight.placed.end()) {
    Queue(flight);
  }
}

bool Window::End(Flight& flight, uint32_t item) {
  flight.placed[item].phase = Phase::kOver;
  if (const uint64_t written = flight.placed[item].writes; written != 0) {
    std::ranges::copy(busy_.Release(written), std::back_inserter(released_));
  }
  const uint64_t number = flight.placed[item].number;
  scheduler_.End(number);
  operations_[number - first_].flight = nullptr;
  while (!operations_.empty() && operations_.front().flight == nullptr) {
    operations_.pop_front();
    ++first_;
  }
  return --flight.open == 0;
}

std::unique_ptr<plan::PlannedExchange> Window::Remove(Flight& flight) {
  bytes_ -= flight.bytes;
  moving_ -= flight.moving ? 1 : 0;
  std::unique_ptr<plan::PlannedExchange> over = std::move(flight.owned);
  if (spare_.size() < limits::kSpareFlights) {
    flight.last.Clear();
    spare_.splice(spare_.end(), flights_, flight.self);
  } else {
    flights_.erase(flight.self);
  }
  return over;
}

}  // namespace trafrec::replay
