#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "base/time.h"

namespace trafrec::kill {

/// A client and a server on loopback that talk until the end, each request with a number of its own
/// in its target, one after the other, in bursts. Now and then on a new connection.
class EndlessTraffic {
 public:
  explicit EndlessTraffic(uint16_t port);
  EndlessTraffic(const EndlessTraffic&) = delete;
  EndlessTraffic& operator=(const EndlessTraffic&) = delete;
  ~EndlessTraffic();

  struct Request {
    uint64_t number = 0;
    TimeNs sent_at = 0;  ///< just before
    TimeNs answered_at = 0;
  };
  /// How many were answered so far. Any thread.
  uint64_t answered() const { return answered_; }
  /// Those that were answered since the last call.
  std::vector<Request> Take();

 private:
  void Serve() const;
  void Ask();
  int Connect() const;

  const uint16_t port_;
  int listening_ = -1;
  std::atomic<bool> ending_ = false;
  std::atomic<uint64_t> answered_ = 0;
  std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread server_;
  std::thread client_;
};

/// The target of the request with that number, all of one length.
std::string TargetOf(uint64_t number);

}  // namespace trafrec::kill
