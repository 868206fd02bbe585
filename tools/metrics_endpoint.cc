#include "tools/metrics_endpoint.h"

#include <fmt/format.h>

#include "telemetry/exposition.h"
#include "tools/health_report.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

using telemetry::HttpAnswer;
using telemetry::HttpRequest;

constexpr unsigned kNotFound = 404;
constexpr unsigned kUnavailable = 503;
/// Looks come each second. One that is so old was made by a process that does not get on.
constexpr auto kLookOld = std::chrono::seconds(10);

constexpr const char* kPlaces =
    "  /metrics   for Prometheus\n"
    "  /healthz   200 if all is well, else 503 and what to do; ?format=json\n";

}  // namespace

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Open(const std::string& address,
                                                               RecorderFacts facts) {
  auto socket = telemetry::ListenSocket::Open(address);
  if (!socket) {
    return Fail(socket.error().code, "--metrics: " + socket.error().what, socket.error().remedy);
  }
  return std::unique_ptr<MetricsEndpoint>(
      new MetricsEndpoint(std::move(*socket), std::move(facts)));
}

Status MetricsEndpoint::Start() {
  TRY_ASSIGN(server_,
             telemetry::HttpServer::Start(std::move(*socket_), [this](const HttpRequest& request) {
               return Answer(request);
             }));
  socket_.reset();
  return {};
}

void MetricsEndpoint::Update(const capture::RecorderProgress& progress,
                             std::vector<Trouble> troubles) {
  auto look = std::make_shared<const Look>(Look{progress, std::move(troubles), Clock::now()});
  const std::lock_guard lock(mutex_);
  look_.swap(look);
}

std::shared_ptr<const MetricsEndpoint::Look> MetricsEndpoint::LatestLook() const {
  const std::lock_guard lock(mutex_);
  return look_;
}

HttpAnswer MetricsEndpoint::Answer(const HttpRequest& request) const {
  if (request.path == "/metrics") {
    const std::shared_ptr<const Look> look = LatestLook();
    if (!look) {
      return {.status = kUnavailable, .body = "the recorder has begun less than a second ago\n"};
    }
    return {.content_type = telemetry::kExpositionType,
            .body = telemetry::Exposition(
                ReadingOf(look->progress, look->troubles, facts_, WallClockNow()))};
  }
  if (request.path == "/healthz") {
    return Health(request.wants_json());
  }
  if (request.path == "/") {
    return {.body = fmt::format("trafrec {}, recorder {}\n{}", kVersion, facts_.recorder, kPlaces)};
  }
  return {.status = kNotFound, .body = std::string("there is nothing here; there are\n") + kPlaces};
}

HttpAnswer MetricsEndpoint::Health(bool json) const {
  const std::shared_ptr<const Look> look = LatestLook();
  capture::RecorderProgress progress;
  std::vector<Trouble> troubles;
  if (!look) {
    troubles.push_back({"starting", "the recorder has begun less than a second ago", "ask again"});
  } else {
    progress = look->progress;
    troubles = look->troubles;
    if (const auto age = Clock::now() - look->at; age > kLookOld) {
      troubles.insert(
          troubles.begin(),
          {"stuck",
           fmt::format("the recorder has said nothing of itself for {}: it does not get on",
                       HumanDuration(std::chrono::nanoseconds(age).count())),
           "look at the load and the disk of this machine; start the recorder again if it stays so "
           "(the log is recovered)"});
    }
  }
  const TimeNs now = WallClockNow();
  return {.status = troubles.empty() ? 200U : kUnavailable,
          .content_type = json ? telemetry::kJsonType : "text/plain; charset=utf-8",
          .body = json ? HealthInJson(progress, troubles, facts_, now)
                       : HealthInWords(progress, troubles, facts_, now)};
}

}  // namespace trafrec::tools
