// Writes a capture of HTTP traffic between 64 keep-alive clients and one search engine.
//
// Problem: the benchmarks need hundreds of megabytes that look like a search engine's traffic, that
// everybody can make again byte by byte, and that no customer owns. Approach: a simulation with an
// event queue; each client is always in one of five phases and sends at most a burst of segments
// before the next one has its turn, so that the connections interleave as on a real wire.
// Rejected: recording a real server (not the same twice, and slow to make).

#include <fmt/core.h>

#include <cstdlib>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/traffic/wire.h"
#include "bench/traffic/workload.h"

namespace trafrec::bench {
namespace {

constexpr uint32_t kConnections = 64;
constexpr size_t kBurstSegments = 10;  // Linux's initial window
constexpr int64_t kStartNs = 1'795'243'680'000'000'000;
constexpr int64_t kUs = 1'000;

struct Goal {
  uint64_t bytes = 0;      // stop when the capture is this long …
  uint64_t exchanges = 0;  // … and holds this many exchanges
};

/// Runs all clients until the goal is met, then lets each finish its exchange and close.
class Simulation {
 public:
  Simulation(Workload::Kind kind, const std::string& path, Goal goal, uint64_t seed)
      : random_(seed), workload_(kind, random_), file_(path, kStartNs), goal_(goal) {
    clients_.reserve(kConnections);
    for (uint32_t i = 0; i < kConnections; ++i) {
      clients_.emplace_back(file_, i, static_cast<uint32_t>(random_.Next()),
                            static_cast<uint32_t>(random_.Next()));
      turns_.emplace(kStartNs + int64_t{i} * 50 * kUs, i);
    }
  }

  void Run() {
    while (!turns_.empty()) {
      const auto [at, index] = turns_.top();
      turns_.pop();
      file_.AdvanceTo(at);
      Client& client = clients_[index];
      const int64_t pause_ns = Step(client);
      if (client.phase != Phase::kClosed) {
        turns_.emplace(file_.now_ns() + pause_ns, index);
      }
    }
  }

  void PrintSummary(const std::string& path) const {
    fmt::print(
        "{{\"file\": \"{}\", \"bytes\": {}, \"packets\": {}, \"payload_bytes\": {}, "
        "\"connections\": {}, \"exchanges\": {}}}\n",
        path, file_.bytes() + 24, file_.packets(), payload_bytes_, kConnections, exchanges_);
  }

 private:
  enum class Phase : uint8_t { kNew, kIdle, kRequest, kResponse, kClosed };

  struct Client {
    Client(CaptureFile& file, uint32_t number, uint32_t client_isn, uint32_t server_isn)
        : wire(file, number, client_isn, server_isn) {}

    Connection wire;
    Phase phase = Phase::kNew;
    ExchangeBytes bytes;
    size_t sent = 0;
  };

  bool GoalMet() const { return file_.bytes() >= goal_.bytes && exchanges_ >= goal_.exchanges; }
  int64_t Around(int64_t mean_us) { return (mean_us / 2 + random_.Below(uint32_t(mean_us))) * kUs; }

  // Does one client's next thing and returns how long it then waits.
  int64_t Step(Client& client) {
    switch (client.phase) {
      case Phase::kNew:
        client.wire.Open();
        client.phase = Phase::kIdle;
        return Around(200);
      case Phase::kIdle:
        if (GoalMet()) {
          client.wire.Acknowledge(From::kClient);
          client.wire.Close();
          client.phase = Phase::kClosed;
          return 0;
        }
        workload_.Make(client.bytes);
        payload_bytes_ += client.bytes.request.size() + client.bytes.response.size();
        ++exchanges_;
        client.phase = Phase::kRequest;
        client.sent = 0;
        return 0;
      case Phase::kRequest:
        return SendBurst(client, From::kClient, client.bytes.request, Phase::kResponse);
      case Phase::kResponse:
        return SendBurst(client, From::kServer, client.bytes.response, Phase::kIdle);
      case Phase::kClosed:
        break;
    }
    return 0;
  }

  int64_t SendBurst(Client& client, From from, std::string_view bytes, Phase next) {
    client.sent += client.wire.Send(from, bytes.substr(client.sent), kBurstSegments, true);
    if (client.sent < bytes.size()) {
      return Around(80);
    }
    client.phase = next;
    client.sent = 0;
    // Hosts that have nothing to send acknowledge late; a quarter of the time it shows.
    if (random_.Percent(25)) {
      client.wire.Acknowledge(from == From::kClient ? From::kServer : From::kClient);
    }
    return Around(next == Phase::kResponse ? 1'500 : 500);
  }

  using Turn = std::pair<int64_t, uint32_t>;

  Random random_;
  Workload workload_;
  CaptureFile file_;
  Goal goal_;
  std::vector<Client> clients_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  uint64_t exchanges_ = 0;
  uint64_t payload_bytes_ = 0;
};

int Usage() {
  fmt::print(stderr,
             "usage: generate_traffic bulk FILE [MEGABYTES] [SEED]\n"
             "       generate_traffic small FILE [EXCHANGES] [SEED]\n"
             "Writes a capture and prints what is in it as one line of JSON.\n");
  return 2;
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments.size() > 4) {
    return Usage();
  }
  const uint64_t amount =
      arguments.size() > 2 ? std::strtoull(arguments[2].c_str(), nullptr, 10) : 0;
  const uint64_t seed = arguments.size() > 3 ? std::strtoull(arguments[3].c_str(), nullptr, 10) : 1;
  Workload::Kind kind;
  Goal goal;
  if (arguments[0] == "bulk") {
    kind = Workload::Kind::kBulk;
    goal.bytes = (amount ? amount : 440) * 1'000'000;
  } else if (arguments[0] == "small") {
    kind = Workload::Kind::kSmall;
    goal.exchanges = amount ? amount : 240'000;
  } else {
    return Usage();
  }
  Simulation simulation(kind, arguments[1], goal, seed);
  simulation.Run();
  simulation.PrintSummary(arguments[1]);
  return 0;
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  return trafrec::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
