// What hostile traffic costs reassembly: one adversary of tests/support a run, in CPU time and
// memory. Packets are made in batches outside the watch. One adversary a process, so that each has
// its own peak of memory.

#include <fmt/core.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "bench/stopwatch.h"
#include "capture/limits.h"
#include "reassembly/reassembler.h"
#include "tests/support/adversaries.h"
#include "tests/support/counting_sink.h"

namespace trafrec::bench {
namespace {

using reassembly::Packet;
using test_support::Adversary;
using test_support::HostileWire;
using test_support::RawPacket;

/// Of this program alone; getrusage's figure includes what the parent had when it forked.
uint64_t PeakBytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  uint64_t kilobytes = 0;
  status >> kilobytes;
  return kilobytes * 1024;
}

/// Feeds a reassembler as the recorder does, a batch and a tick at a time.
class Victim {
 public:
  void Take(const RawPacket& raw) {
    raws_.push_back(raw);
    batch_bytes_ += raw.bytes.size();
    if (raws_.size() == capture::limits::kBatchPackets ||
        batch_bytes_ >= capture::limits::kBatchBytes) {
      Run();
    }
  }

  void Finish() {
    Run();
    peak_bytes = PeakBytes();
    watch.Start();
    reassembler_.Finish();
    watch.Stop();
  }

  Counters counters() const { return reassembler_.counters(); }

  Stopwatch watch;
  test_support::CountingSink sink;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t peak_bytes = 0;

 private:
  void Run() {
    if (raws_.empty()) {
      return;
    }
    batch_.clear();
    for (const RawPacket& raw : raws_) {
      batch_.push_back(AsPacket(raw));
    }
    watch.Start();
    reassembler_.OnPackets(batch_);
    reassembler_.OnTick(batch_.back().at);
    watch.Stop();
    packets += raws_.size();
    bytes += batch_bytes_;
    raws_.clear();
    batch_bytes_ = 0;
  }

  reassembly::Reassembler reassembler_{{}, sink};
  std::vector<RawPacket> raws_;
  std::vector<Packet> batch_;
  size_t batch_bytes_ = 0;
};

int Run(const Adversary& adversary, size_t packets) {
  Victim victim;
  const uint64_t before = PeakBytes();
  HostileWire wire([&](const RawPacket& raw) { victim.Take(raw); });
  adversary.attack(wire, packets);
  victim.Finish();
  fmt::print(
      "{{\"name\": \"{}\", \"packets\": {}, \"bytes\": {}, \"cpu_s\": {:.6f}, \"exchanges\": {}, "
      "\"rss_bytes\": {}}}\n",
      adversary.name, victim.packets, victim.bytes, victim.watch.cpu_s, victim.sink.exchanges,
      victim.peak_bytes - before);
  return 0;
}

int Main(const std::string& number, size_t packets) {
  const std::vector<Adversary> all = test_support::AllAdversaries();
  if (number == "list") {
    for (size_t i = 0; i < all.size(); ++i) {
      fmt::print("{} {}\n", i, all[i].name);
    }
    return 0;
  }
  return Run(all.at(std::stoul(number)), packets);
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fmt::print(stderr, "usage: adversary list | adversary NUMBER PACKETS\n");
    return 2;
  }
  return trafrec::bench::Main(argv[1], argc == 3 ? std::stoul(argv[2]) : 0);
}
