#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "replay/run/engine.h"
#include "telemetry/exposition.h"
#include "telemetry/http_server.h"
#include "telemetry/listen_socket.h"
#include "tools/replay/time_left.h"

namespace trafrec::tools {

/// A run's progress as metrics (docs/metrics.md): the numbers that its report is made of.
telemetry::Reading ReadingOf(const replay::RunProgress& progress, std::optional<int64_t> left_ns,
                             const std::string& run);

/// What `replay --metrics` serves: /metrics, /healthz and a short index.
class ReplayMetrics {
 public:
  /// Binds the socket: an address that is taken is an error before anything is sent.
  static Result<std::unique_ptr<ReplayMetrics>> Open(const std::string& address, std::string run);

  /// Starts the server's thread. `engine` and `left` outlive this.
  Status Start(const replay::Engine& engine, const TimeLeft& left);
  const std::string& address() const { return address_; }

 private:
  ReplayMetrics(telemetry::ListenSocket socket, std::string run)
      : run_(std::move(run)), address_(socket.address()), socket_(std::move(socket)) {}

  const std::string run_;
  const std::string address_;
  std::optional<telemetry::ListenSocket> socket_;  ///< until Start
  std::unique_ptr<telemetry::HttpServer> server_;  // last: its thread uses all of the above
};

/// The answer to one request of the server.
telemetry::HttpAnswer AnswerOf(const telemetry::HttpRequest& request,
                               const replay::RunProgress& progress, std::optional<int64_t> left_ns,
                               const std::string& run);

}  // namespace trafrec::tools
