// The floor that trafrec is measured against: what the two unavoidable parts of recording cost when
// done by well-known code and nothing else: TCP reassembly by libtins' StreamFollower, and zstd -1
// over the payload in blocks of 1 MiB. Both are single-threaded; their clocks run apart.

#include <fmt/core.h>
#include <tins/tcp_ip/stream_follower.h>
#include <tins/tins.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/stopwatch.h"

namespace trafrec::bench {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

/// Collects payload into blocks and compresses each as it fills.
class Compressor {
 public:
  explicit Compressor(Stopwatch& other) : other_(other), packed_(ZSTD_compressBound(kBlockBytes)) {
    block_.reserve(kBlockBytes);
  }

  void Append(const std::vector<uint8_t>& payload) {
    size_t at = 0;
    while (at < payload.size()) {
      const size_t take = std::min(kBlockBytes - block_.size(), payload.size() - at);
      const auto* from = payload.data() + at;
      block_.insert(block_.end(), from, from + take);
      at += take;
      if (block_.size() == kBlockBytes) {
        Flush();
      }
    }
  }

  void Flush() {
    other_.Stop();
    watch.Start();
    raw_bytes += block_.size();
    stored_bytes += ZSTD_compressCCtx(context_.get(), packed_.data(), packed_.size(), block_.data(),
                                      block_.size(), 1);
    block_.clear();
    watch.Stop();
    other_.Start();
  }

  Stopwatch watch;
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;

 private:
  struct Freer {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  Stopwatch& other_;
  std::unique_ptr<ZSTD_CCtx, Freer> context_{ZSTD_createCCtx()};
  std::vector<uint8_t> block_;
  std::vector<uint8_t> packed_;
};

int Main(const std::string& path) {
  Stopwatch follow;
  follow.Start();
  Compressor compressor(follow);
  Tins::TCPIP::StreamFollower follower;
  follower.new_stream_callback([&](Tins::TCPIP::Stream& stream) {
    stream.client_data_callback(
        [&](Tins::TCPIP::Stream& s) { compressor.Append(s.client_payload()); });
    stream.server_data_callback(
        [&](Tins::TCPIP::Stream& s) { compressor.Append(s.server_payload()); });
  });
  Tins::FileSniffer sniffer(path);
  sniffer.sniff_loop([&](Tins::Packet& packet) {
    follower.process_packet(packet);
    return true;
  });
  compressor.Flush();
  follow.Stop();
  fmt::print(
      "{{\"follow_wall_s\": {:.4f}, \"follow_cpu_s\": {:.4f}, \"zstd_wall_s\": {:.4f}, "
      "\"zstd_cpu_s\": {:.4f}, \"payload_bytes\": {}, \"stored_bytes\": {}}}\n",
      follow.wall_s, follow.cpu_s, compressor.watch.wall_s, compressor.watch.cpu_s,
      compressor.raw_bytes, compressor.stored_bytes);
  return 0;
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: floor CAPTURE\n");
    return 2;
  }
  return trafrec::bench::Main(argv[1]);
}
