#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::test_support {

/// nginx on 127.0.0.1, a process of its own that ends with the object. It serves the files that the
/// test puts into folder(), and three places that need none:
///   /item     200 with a body of about 600 bytes
///   /created  201 to every method, with a short body
///   /large    200 with a body of a megabyte that does not compress
/// Everything else is 404.
class WebServer {
 public:
  explicit WebServer(uint16_t port) : WebServer(port, {}) {}
  /// Listens on another address of this network, too.
  WebServer(uint16_t port, const std::string& address);
  ~WebServer();

  /// "http://127.0.0.1:PORT"
  std::string url() const;
  const TemporaryFolder& folder() const { return folder_; }

  /// Lets open requests end, stops, and gives the access log: "METHOD STATUS TARGET" for each
  /// request, as nginx saw it.
  std::vector<std::string> StopAndReadLog();

 private:
  void WriteConfiguration(const std::string& address) const;

  const uint16_t port_;
  const TemporaryFolder folder_;
  std::unique_ptr<RunningProcess> nginx_;
};

}  // namespace trafrec::test_support
