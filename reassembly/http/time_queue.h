#pragma once

#include <optional>
#include <set>
#include <tuple>

#include "reassembly/http/exchange.h"

namespace trafrec::reassembly {

/// Exchanges in the order of their first bytes' packet times. Nearly always they come in that
/// order, so they are kept in an intrusive list that is sorted from its end; those that would have
/// to walk far (released from behind a hole, while many others began) go to a tree. O(1) usually,
/// O(log n) at worst. Owns nothing. What is done for the late ones is kept out of the callers'
/// code, which runs for every exchange and has little room in the instruction cache.
template <ListLink<Exchange> Exchange::* kLink, bool Exchange::* kLate>
class TimeQueue {
 public:
  void Add(Exchange* exchange) {
    Exchange* const last = list_.back();
    if (last != nullptr && last->began_at >= exchange->began_at) [[unlikely]] {
      return AddBehindLater(exchange);
    }
    list_.PushBack(exchange);
  }

  bool Contains(const Exchange* exchange) const {
    return list_.Contains(exchange) || exchange->*kLate;
  }

  void Remove(Exchange* exchange) {
    if (exchange->*kLate) [[unlikely]] {
      RemoveLate(exchange);
    } else if (list_.Contains(exchange)) {
      list_.Remove(exchange);
    }
  }

  /// The earliest, or nullptr.
  Exchange* front() const { return late_.empty() ? list_.front() : FrontOfBoth(); }

  std::optional<TimeNs> first_time() const {
    const Exchange* first = front();
    return first == nullptr ? std::nullopt : std::optional(first->began_at);
  }

 private:
  using KeyType = std::tuple<TimeNs, uint64_t, Exchange*>;

  static KeyType Key(Exchange* exchange) {
    return {exchange->began_at, exchange->serial, exchange};
  }

  [[gnu::noinline]] void AddBehindLater(Exchange* exchange) {
    constexpr int kSteps = 16;
    Exchange* place = list_.back();
    for (int step = 0; place != nullptr && Key(place) > Key(exchange); ++step) {
      if (step == kSteps) {
        exchange->*kLate = true;
        late_.insert(Key(exchange));
        return;
      }
      place = list_.Previous(place);
    }
    list_.InsertAfter(place, exchange);
  }

  [[gnu::noinline]] void RemoveLate(Exchange* exchange) {
    exchange->*kLate = false;
    late_.erase(Key(exchange));
  }

  [[gnu::noinline]] Exchange* FrontOfBoth() const {
    Exchange* const first = list_.front();
    Exchange* const late = std::get<2>(*late_.begin());
    return first == nullptr || Key(late) < Key(first) ? late : first;
  }

  IntrusiveList<Exchange, kLink> list_;
  std::set<KeyType> late_;
};

}  // namespace trafrec::reassembly
