#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/recorder.h"
#include "telemetry/http_server.h"
#include "telemetry/listen_socket.h"
#include "tools/recorder_health.h"
#include "tools/recorder_metrics.h"

namespace trafrec::tools {

/// What `record --metrics` serves: /metrics, /healthz and a short index. A scrape is answered from
/// the recorder's last look at itself, so it costs the recording nothing but the server's thread.
class MetricsEndpoint {
 public:
  /// Binds the socket, while there are rights to.
  static Result<std::unique_ptr<MetricsEndpoint>> Open(const std::string& address,
                                                       RecorderFacts facts);

  /// Starts the server's thread.
  Status Start();
  /// "127.0.0.1:9105"
  const std::string& address() const { return address_; }

  /// A new look. Any thread, one at a time.
  void Update(const capture::RecorderProgress& progress, std::vector<Trouble> troubles);
  telemetry::HttpAnswer Answer(const telemetry::HttpRequest& request) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Look {
    capture::RecorderProgress progress;
    std::vector<Trouble> troubles;
    Clock::time_point at;
  };

  MetricsEndpoint(telemetry::ListenSocket socket, RecorderFacts facts)
      : facts_(std::move(facts)), address_(socket.address()), socket_(std::move(socket)) {}

  std::shared_ptr<const Look> LatestLook() const;
  telemetry::HttpAnswer Health(bool json) const;

  const RecorderFacts facts_;
  const std::string address_;
  std::optional<telemetry::ListenSocket> socket_;  ///< until Start
  mutable std::mutex mutex_;
  std::shared_ptr<const Look> look_;
  std::unique_ptr<telemetry::HttpServer> server_;  // last: its thread uses all of the above
};

}  // namespace trafrec::tools
