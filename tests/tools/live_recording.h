#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/private_machine.h"
#include "tests/tools/run_trafrec.h"
#include "tests/tools/web_server.h"

// The built binary on loopback, beside a real server and a real client.

namespace trafrec::tools {

/// A test on a network of its own, with a server on it.
class LiveRecording : public testing::Test {
 protected:
  /// A recorder of the server's traffic, named "test", that has begun.
  std::unique_ptr<test_support::RunningTrafrec> Record(
      const std::string& log, const std::vector<std::string>& more = {}) const;

  const test_support::PrivateNetwork network_;
  test_support::WebServer server_{9200};
  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

/// A client at work. What it receives is thrown away.
std::unique_ptr<test_support::RunningProcess> Curl(const std::vector<std::string>& arguments);

/// What `trafrec stats --json` says of the last attempt; null while there is none.
nlohmann::json LastAttempt(const std::string& log);

/// Exchanges of the last attempt with numbers below it are in the log, says its newest commit.
uint64_t WrittenBelow(const std::string& log);

/// What `trafrec export` prints, an object an exchange.
std::vector<nlohmann::json> Exported(const std::string& log, std::vector<std::string> filters = {});

/// "METHOD STATUS TARGET" of each exchange in the log of which nothing is missing.
std::vector<std::string> CompleteExchanges(const std::string& log);

}  // namespace trafrec::tools
