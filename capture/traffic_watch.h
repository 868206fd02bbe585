#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "store/format/record_sink.h"

namespace trafrec::capture {

/// One of those who talk most, over about the last five seconds.
struct Talker {
  std::string name;             ///< "10.0.0.1:5000 > 10.0.0.2:9200", or a host as requests name it
  double bytes_per_second = 0;  ///< heads and bodies as on the wire
  double exchanges_per_second = 0;
};

struct TrafficView {
  std::vector<Talker> connections;  ///< most bytes first
  std::vector<Talker> hosts;
  double mutations_per_second = 0;  ///< requests that do not only read
};

/// Lets every record through to the log, and says who talks most, while somebody asks. Records come
/// on the reassembly thread, the rest may be called on any. What nobody watches costs a load an
/// exchange, and an entry an open connection. Keys that carry little are forgotten when there are
/// too many (limits::kWatchedKeys), so what is small may be shown as less than it is.
class TrafficWatch final : public store::RecordSink {
 public:
  /// Where records go from now on; before the first.
  void SetNext(store::RecordSink& next) { next_ = &next; }

  /// Somebody looks: counts for the next ten seconds.
  void Look();
  /// About once a second: what came since then becomes a part of the view.
  void Tick();
  /// Nothing while nobody has looked for a second.
  std::optional<TrafficView> view() const;

  void SeeRequest(const store::MessageRecord& request, std::string_view target) override {
    next_->SeeRequest(request, target);
  }
  void PutConnection(const store::ConnectionRecord& connection) override;
  void PutExtent(store::MessageId id, uint32_t index, Bytes bytes) override {
    next_->PutExtent(id, index, bytes);
  }
  void PutMessage(const store::MessageRecord& message) override;
  void PutMessageFacts(store::MessageId id, const store::MessageFacts& facts, Bytes trailers,
                       uint32_t extents) override {
    next_->PutMessageFacts(id, facts, trailers, extents);
  }
  void PutExchange(const store::ExchangeRecord& exchange) override;
  void PutLoss(const store::LossRecord& loss) override { next_->PutLoss(loss); }
  void Advance(const store::Marks& marks, TimeNs packet_now) override {
    next_->Advance(marks, packet_now);
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Sums of which what is older counts for less.
  struct Sums {
    double bytes = 0;
    double exchanges = 0;
  };
  template <typename Key>
  using Table = std::unordered_map<Key, Sums>;

  template <typename Key, typename Name>
  std::vector<Talker> TopOf(const Table<Key>& table, const Name& name) const;
  std::string NameOf(store::ConnectionNumber number) const;

  store::RecordSink* next_ = nullptr;
  std::atomic<bool> watching_ = false;

  mutable std::mutex mutex_;  // of all below
  Clock::time_point watch_until_;
  Clock::time_point ticked_at_;
  double seconds_ = 0;  // that the sums stand for
  std::unordered_map<store::ConnectionNumber, std::pair<Endpoint, Endpoint>> endpoints_;
  std::vector<store::ConnectionNumber> closed_;                        // since the last tick
  std::unordered_map<store::ExchangeNumber, uint64_t> message_bytes_;  // of unsettled exchanges
  Table<store::ConnectionNumber> connections_;
  Table<std::string> hosts_;
  double mutations_ = 0;
  std::optional<TrafficView> view_;
};

}  // namespace trafrec::capture
