#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replay/send/sender.h"

namespace trafrec::send {

/// A sender with its loop, as a test wants it: one call, and what became of it.
class Client {
 public:
  explicit Client(Target target) : Client(std::vector<Target>{std::move(target)}) {}
  explicit Client(const std::vector<Target>& targets);
  ~Client();

  Sent Send(message::Request request);
  /// All at once. In the order of the requests.
  std::vector<Sent> SendAll(std::vector<message::Request> requests);
  /// The loop until `condition` holds; it is looked at after each event.
  void RunUntil(const std::function<bool()>& condition);

  Sender& sender() { return *sender_; }
  asio::io_context& loop() { return loop_; }

 private:
  asio::io_context loop_{1};
  std::unique_ptr<Sender> sender_;
};

/// A target with short names and the time-outs of a test: long, for no test waits for one that it
/// does not set itself.
Target TargetAt(const std::string& url);
message::Request Get(const std::string& target);
message::Request Post(const std::string& target, const std::string& body);
/// "HTTP/1.1 200 OK" with this body.
std::string Ok(const std::string& body);

}  // namespace trafrec::send
