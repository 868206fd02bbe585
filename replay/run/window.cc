#include "replay/run/window.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "replay/run/flight_items.h"

namespace trafrec::replay {

void LastSent::Take(send::Sent& sent) {
  if (began_at == 0) {
    began_at = sent.timing.wall;
  }
  head = std::move(sent.head);
  request = std::move(sent.request);
  timing = sent.timing;
  connection = sent.connection;
  interim = std::move(sent.interim);
  answer.reset();
  if (sent.answered) {
    answer = std::move(sent.answer);
  }
}

Window::Window(uint64_t operations, size_t bytes, TimeNs clock_error_ns)
    : scheduler_({.window = operations, .clock_error_ns = clock_error_ns}),
      operations_max_(operations),
      bytes_max_(bytes) {}

Flight& Window::Add(std::unique_ptr<Flight> flight) {
  CHECK(HasRoom());
  Flight& added = *flight;
  added.sequence = sequence_++;
  added.phases.assign(added.items.size(), Phase::kWaits);
  added.open = added.items.size();
  added.bytes = added.plan.Bytes();
  bytes_ += added.bytes;
  added.self = flights_.insert(flights_.end(), std::move(flight));
  AddItems(added);
  return added;
}

void Window::Fill() {
  if (partly_ != nullptr) {
    AddItems(*partly_);
  }
}

void Window::AddItems(Flight& flight) {
  partly_ = nullptr;
  while (flight.numbers.size() < flight.items.size()) {
    if (!scheduler_.HasRoom()) {
      partly_ = &flight;
      return;
    }
    const auto item = static_cast<uint32_t>(flight.numbers.size());
    const plan::PlannedOperation& planned = flight.plan.operations[flight.items[item].operation];
    const uint64_t number = scheduler_.Add(planned.order);
    if (operations_.empty()) {
      first_ = number;
    }
    operations_.push_back({&flight, item});
    flight.numbers.push_back(number);
    flight.writes.push_back(WrittenBy(flight, flight.items[item]));
  }
}

/// A list of gets or searches is asked as one, so that its answer shows one moment, as it did at
/// the source; unless the window cannot hold all of it. A bulk goes in parts.
bool Window::MayGo(const Flight& flight) const {
  if (flight.plan.meaning.goes_in_parts() || flight.items.size() > operations_max_) {
    return true;
  }
  return std::ranges::none_of(flight.phases, [](Phase phase) { return phase == Phase::kWaits; });
}

const Flight* Window::oldest() const {
  const auto found = std::ranges::find_if(
      flights_, [](const std::unique_ptr<Flight>& flight) { return !flight->plan.caught_up; });
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
  while (const auto number = scheduler_.Take()) {
    Mark(*number, now);
  }
  // A list that goes as one may hold back what others wait for, while one of its items waits for
  // them.
  while (ready_.empty() && moving_ == 0) {
    const auto number = scheduler_.TakeOldest();
    if (!number) {
      return;
    }
    Mark(*number, now);
  }
}

void Window::Mark(uint64_t number, int64_t now) {
  const OperationRef ref = operations_[number - first_];
  ref.flight->phases[ref.item] = Phase::kReady;
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
    for (uint32_t item = 0; item < flight.numbers.size(); ++item) {
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
  return flight.phases[item] == Phase::kReady && !busy_.IsBusy(flight.writes[item]);
}

/// Until one of those that are ready, and whose documents are busy, may go.
void Window::Park(Flight& flight) {
  for (uint32_t item = 0; item < flight.numbers.size(); ++item) {
    if (flight.phases[item] == Phase::kReady) {
      busy_.Await(flight.writes[item], flight);
    }
  }
}

std::vector<uint32_t> Window::TakeParcel(Flight& flight) {
  flight.queued = false;
  flight.moving = true;
  ++moving_;
  std::vector<uint32_t> taken;
  for (uint32_t item = 0; item < flight.numbers.size(); ++item) {
    if (IsFree(flight, item)) {
      flight.phases[item] = Phase::kMoves;
      busy_.Take(flight.writes[item]);
      taken.push_back(item);
    }
  }
  return taken;
}

void Window::PutBack(Flight& flight) {
  flight.moving = false;
  --moving_;
  if (std::ranges::find(flight.phases, Phase::kReady) != flight.phases.end()) {
    Queue(flight);
  }
}

bool Window::End(Flight& flight, uint32_t item) {
  flight.phases[item] = Phase::kOver;
  std::ranges::copy(busy_.Release(flight.writes[item]), std::back_inserter(released_));
  const uint64_t number = flight.numbers[item];
  scheduler_.End(number);
  operations_[number - first_].flight = nullptr;
  while (!operations_.empty() && operations_.front().flight == nullptr) {
    operations_.pop_front();
    ++first_;
  }
  return --flight.open == 0;
}

std::unique_ptr<Flight> Window::Remove(Flight& flight) {
  bytes_ -= flight.bytes;
  moving_ -= flight.moving ? 1 : 0;
  std::unique_ptr<Flight> removed = std::move(*flight.self);
  flights_.erase(removed->self);
  return removed;
}

}  // namespace trafrec::replay
