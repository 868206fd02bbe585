#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace trafrec::test_support {

/// A server on 127.0.0.1 that keeps the bytes of each request as they came, gives each the same
/// answer and closes.
class HttpCollector {
 public:
  // 101 would end a test with an Upgrade field; 204 fits every method.
  explicit HttpCollector(
      std::string answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  HttpCollector(const HttpCollector&) = delete;
  HttpCollector& operator=(const HttpCollector&) = delete;
  ~HttpCollector();

  uint16_t port() const { return port_; }
  /// Stops listening, and gives the requests in the order in which their connections came.
  std::vector<std::string> Finish();

 private:
  void Serve();

  const std::string answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace trafrec::test_support
