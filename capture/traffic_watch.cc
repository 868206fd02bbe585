// Who talks most, in bounded memory.
//
// Each key has sums that fade: a tick multiplies all by a factor below one, and the sum divided by
// the seconds that faded likewise is a rate over about the last five seconds. So several may watch
// at one time, and nothing must be reset. When a table is full the lesser half is forgotten, which
// costs a few operations a new key, however many keys a flood invents. Rejected: Space-Saving,
// whose new keys inherit the counts of those that they replace, so that a flood fills the list with
// names that carried nothing.

#include "capture/traffic_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "capture/limits.h"
#include "reassembly/http/request_class.h"

namespace trafrec::capture {
namespace {

constexpr auto kWatchFor = std::chrono::seconds(10);
constexpr double kFadeSeconds = 5;

/// Those with more bytes than half of the others stay.
template <typename Table>
void ForgetTheLesserHalf(Table& table) {
  std::vector<double> bytes;
  bytes.reserve(table.size());
  for (const auto& [key, sums] : table) {
    bytes.push_back(sums.bytes);
  }
  const auto middle = bytes.begin() + static_cast<ptrdiff_t>(bytes.size() / 2);
  std::ranges::nth_element(bytes, middle);
  std::erase_if(table,
                [least = *middle](const auto& entry) { return entry.second.bytes <= least; });
}

template <typename Table, typename Key>
void AddTo(Table& table, const Key& key, double bytes) {
  if (table.size() >= limits::kWatchedKeys && !table.contains(key)) {
    ForgetTheLesserHalf(table);
  }
  auto& sums = table[key];
  sums.bytes += bytes;
  sums.exchanges += 1;
}

template <typename Table>
void Fade(Table& table, double factor) {
  for (auto& [key, sums] : table) {
    sums.bytes *= factor;
    sums.exchanges *= factor;
  }
  // Less than one exchange in a hundred seconds.
  std::erase_if(table, [](const auto& entry) { return entry.second.exchanges < 0.05; });
}

}  // namespace

void TrafficWatch::Look() {
  const std::lock_guard lock(mutex_);
  watch_until_ = Clock::now() + kWatchFor;
  if (!watching_.exchange(true)) {
    ticked_at_ = Clock::now();
  }
}

void TrafficWatch::Tick() {
  const std::lock_guard lock(mutex_);
  // Those that are shown keep their names.
  std::erase_if(closed_, [this](store::ConnectionNumber number) {
    return !connections_.contains(number) && (endpoints_.erase(number), true);
  });
  if (!watching_) {
    return;
  }
  const auto now = Clock::now();
  if (now >= watch_until_) {
    watching_ = false;
    seconds_ = mutations_ = 0;
    connections_.clear();
    hosts_.clear();
    message_bytes_.clear();
    view_.reset();
    return;
  }
  const double passed = std::chrono::duration<double>(now - ticked_at_).count();
  ticked_at_ = now;
  seconds_ += passed;
  view_ = TrafficView{
      .connections = TopOf(connections_, [this](store::ConnectionNumber n) { return NameOf(n); }),
      .hosts = TopOf(hosts_, [](const std::string& host) { return host; }),
      .mutations_per_second = seconds_ > 0 ? mutations_ / seconds_ : 0};
  const double factor = std::exp(-passed / kFadeSeconds);
  seconds_ *= factor;
  mutations_ *= factor;
  Fade(connections_, factor);
  Fade(hosts_, factor);
}

std::optional<TrafficView> TrafficWatch::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

template <typename Key, typename Name>
std::vector<Talker> TrafficWatch::TopOf(const Table<Key>& table, const Name& name) const {
  std::vector<std::pair<double, const Key*>> order;
  order.reserve(table.size());
  for (const auto& [key, sums] : table) {
    order.emplace_back(sums.bytes, &key);
  }
  const auto shown =
      order.begin() + static_cast<ptrdiff_t>(std::min(order.size(), limits::kTalkersShown));
  std::ranges::partial_sort(order, shown, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  });
  std::vector<Talker> top;
  for (auto each = order.begin(); each != shown && seconds_ > 0; ++each) {
    const Sums& sums = table.at(*each->second);
    top.push_back({.name = name(*each->second),
                   .bytes_per_second = sums.bytes / seconds_,
                   .exchanges_per_second = sums.exchanges / seconds_});
  }
  return top;
}

std::string TrafficWatch::NameOf(store::ConnectionNumber number) const {
  const auto known = endpoints_.find(number);
  return known == endpoints_.end()
             ? "connection " + std::to_string(number)
             : known->second.first.ToString() + " > " + known->second.second.ToString();
}

void TrafficWatch::PutConnection(const store::ConnectionRecord& connection) {
  next_->PutConnection(connection);
  const std::lock_guard lock(mutex_);
  if (connection.close_cause != store::CloseCause::kOpen) {
    // Its last exchange may be settled only now.
    if (closed_.size() < limits::kNamedConnections) {
      closed_.push_back(connection.number);
    } else {
      endpoints_.erase(connection.number);
    }
  } else if (endpoints_.size() < limits::kNamedConnections) {
    endpoints_.try_emplace(connection.number, connection.client, connection.server);
  }
}

void TrafficWatch::PutMessage(const store::MessageRecord& message) {
  next_->PutMessage(message);
  if (!watching_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (message_bytes_.size() >= limits::kWatchedExchanges) {
    message_bytes_.clear();
  }
  message_bytes_[store::ExchangeOf(message.id)] += message.facts.wire_bytes;
}

void TrafficWatch::PutExchange(const store::ExchangeRecord& exchange) {
  next_->PutExchange(exchange);
  if (!watching_.load(std::memory_order_relaxed) ||
      store::HasFlag(exchange.flags, store::Flag::kOpen)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  const auto known = message_bytes_.find(exchange.number);
  const double bytes = known == message_bytes_.end() ? 0 : static_cast<double>(known->second);
  if (known != message_bytes_.end()) {
    message_bytes_.erase(known);
  }
  AddTo(connections_, exchange.connection, bytes);
  AddTo(hosts_, exchange.host, bytes);
  if (exchange.has_request && !reassembly::IsRead(exchange.method, exchange.target)) {
    mutations_ += 1;
  }
}

}  // namespace trafrec::capture
