#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace trafrec::test_support {

/// A server on 127.0.0.1 that keeps the bytes of each request as they came, answers 204 and closes.
class HttpCollector {
 public:
  HttpCollector();
  HttpCollector(const HttpCollector&) = delete;
  HttpCollector& operator=(const HttpCollector&) = delete;
  ~HttpCollector();

  uint16_t port() const { return port_; }
  /// Stops listening, and gives the requests in the order in which their connections came.
  std::vector<std::string> Finish();

 private:
  void Serve();

  int listener_ = -1;
  uint16_t port_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace trafrec::test_support
