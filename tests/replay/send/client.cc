#include "tests/replay/send/client.h"

#include <utility>

#include "base/check.h"

namespace trafrec::send {

Client::Client(const std::vector<Target>& targets) {
  auto sender = Sender::Make(loop_, targets);
  CHECK(sender.has_value());
  sender_ = *std::move(sender);
}

Client::~Client() {
  sender_->Close();
  loop_.restart();
  loop_.run();
}

Sent Client::Send(message::Request request) {
  std::vector<Sent> sent = SendAll({std::move(request)});
  return std::move(sent.front());
}

std::vector<Sent> Client::SendAll(std::vector<message::Request> requests) {
  std::vector<Sent> all(requests.size());
  size_t left = requests.size();
  for (size_t i = 0; i < requests.size(); ++i) {
    sender_->Send(0, std::move(requests[i]), [&all, &left, i](Sent& sent) {
      all[i] = std::move(sent);
      --left;
    });
  }
  RunUntil([&] { return left == 0; });
  return all;
}

void Client::RunUntil(const std::function<bool()>& condition) {
  while (!condition()) {
    loop_.restart();
    CHECK(loop_.run_one() == 1);
  }
}

Target TargetAt(const std::string& url) {
  return {.name = "main", .url = url, .connect_timeout_ms = 60'000, .answer_timeout_ms = 60'000};
}

message::Request Get(const std::string& target) {
  return {"GET", target, {{"Host", "recorded"}}, {}, false, {}};
}

message::Request Post(const std::string& target, const std::string& body) {
  return {"POST", target, {{"Host", "recorded"}, {"Content-Length", std::to_string(body.size())}},
          body,   false,  {}};
}

std::string Ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace trafrec::send
