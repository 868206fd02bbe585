#include "tests/kill/endless_traffic.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace trafrec::kill {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr uint64_t kRequestsPerConnection = 100;
constexpr uint64_t kRequestsPerBurst = 10;
/// Between two bursts: some thousand requests a second are enough to be cut off anywhere.
constexpr std::chrono::microseconds kPause{1'500};

std::string RequestOf(uint64_t number) {
  return "PUT " + TargetOf(number) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
}

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool SendAll(int socket, std::string_view bytes) {
  return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool Receive(int socket, size_t count) {
  std::array<char, 256> bytes{};
  return recv(socket, bytes.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count);
}

}  // namespace

std::string TargetOf(uint64_t number) { return fmt::format("/n/{:010}", number); }

EndlessTraffic::EndlessTraffic(uint16_t port) : port_(port) {
  listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in address = Loopback(port);
  CHECK(bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  CHECK(listen(listening_, 8) == 0);
  server_ = std::thread([this] { Serve(); });
  client_ = std::thread([this] { Ask(); });
}

EndlessTraffic::~EndlessTraffic() {
  ending_ = true;
  client_.join();
  shutdown(listening_, SHUT_RDWR);
  server_.join();
  close(listening_);
}

std::vector<EndlessTraffic::Request> EndlessTraffic::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

void EndlessTraffic::Serve() const {
  const size_t request_bytes = RequestOf(0).size();
  while (true) {
    const int peer = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) {
      return;
    }
    while (Receive(peer, request_bytes) && SendAll(peer, kAnswer)) {
    }
    close(peer);
  }
}

int EndlessTraffic::Connect() const {
  const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port_);
  CHECK(connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const int on = 1;
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return peer;
}

void EndlessTraffic::Ask() {
  int peer = Connect();
  for (uint64_t number = 1; !ending_; ++number) {
    if (number % kRequestsPerConnection == 0) {
      close(peer);
      peer = Connect();
    }
    Request request{.number = number, .sent_at = WallClockNow(), .answered_at = 0};
    CHECK(SendAll(peer, RequestOf(number)) && Receive(peer, kAnswer.size()));
    request.answered_at = WallClockNow();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    ++answered_;
    if (number % kRequestsPerBurst == 0) {
      std::this_thread::sleep_for(kPause);
    }
  }
  close(peer);
}

}  // namespace trafrec::kill
