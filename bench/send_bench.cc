// Sends N GETs to URL over CONNECTIONS connections as fast as they are answered, and prints one
// line: requests per second, CPU per request, answers that are not 200. Beside it: wrk.

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <cstdlib>
#include <string>

#include "bench/stopwatch.h"
#include "replay/send/sender.h"

namespace trafrec::bench {
namespace {

class Load {
 public:
  Load(send::Sender& sender, size_t requests) : sender_(sender), left_(requests) {}

  void Begin(size_t at_a_time) {
    for (size_t i = 0; i < at_a_time && left_ > 0; ++i) {
      Next();
    }
  }
  size_t failed() const { return failed_; }

 private:
  void Next() {
    --left_;
    ++open_;
    sender_.Send(0, request_, [this](send::Sent& sent) { OnSent(sent); });
  }

  void OnSent(const send::Sent& sent) {
    --open_;
    if (!sent.answered || sent.answer.status != 200) {
      if (failed_++ == 0) {
        fmt::print(stderr, "{}\n", sent.answered ? sent.answer.head : sent.failure);
      }
    }
    if (left_ > 0) {
      Next();
    } else if (open_ == 0) {
      sender_.Close();
    }
  }

  send::Sender& sender_;
  // What wrk sends, and what it costs to copy it as a log's reader would make it.
  const message::Request request_{"GET", "/", {{"Host", "recorded.example"}}, {}, false, {}};
  size_t left_;
  size_t open_ = 0;
  size_t failed_ = 0;
};

int Run(const std::string& url, size_t requests, size_t connections) {
  asio::io_context loop(1);
  auto sender =
      send::Sender::Make(loop, {{.name = "bench", .url = url, .connections_max = connections}});
  if (!sender) {
    fmt::print(stderr, "{}\n", sender.error().what);
    return 2;
  }
  Load load(**sender, requests);
  Stopwatch watch;
  watch.Start();
  load.Begin(connections);
  loop.run();
  watch.Stop();
  const auto count = static_cast<double>(requests);
  fmt::print("{:.0f} requests/s, {:.2f} us CPU a request, {} failed\n", count / watch.wall_s,
             watch.cpu_s * 1e6 / count, load.failed());
  return load.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: send_bench URL N CONNECTIONS\n");
    return 2;
  }
  return trafrec::bench::Run(argv[1], std::strtoul(argv[2], nullptr, 10),
                             std::strtoul(argv[3], nullptr, 10));
}
