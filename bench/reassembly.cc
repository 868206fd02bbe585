// The reassembly stage alone, packets in memory to exchanges, beside libtins' StreamFollower on the
// same packets. Both take the packets apart themselves, from the link layer up; the follower goes
// no further than the byte streams. They run in turn, so that both meet the same machine. The
// layers of ours run alone too: dissection, dissection and streams, all three.

#include <fmt/core.h>
#include <tins/tcp_ip/stream_follower.h>
#include <tins/tins.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/stopwatch.h"
#include "capture/packet_source.h"
#include "reassembly/limits.h"
#include "reassembly/reassembler.h"
#include "tests/support/counting_sink.h"

namespace trafrec::bench {
namespace {

using reassembly::Packet;
using Batches = std::vector<capture::PacketBatch>;

/// All packets of a capture, in the batches in which the recorder gets them, their bytes mapped.
Batches Load(const std::string& path) {
  auto source = capture::OpenFiles({path}, {});
  if (!source) {
    fmt::print(stderr, "reassembly: {}\n", source.error().what);
    std::exit(1);
  }
  Batches batches;
  for (bool more = true; more;) {
    const auto read = (*source)->Next(batches.emplace_back());
    if (!read) {
      fmt::print(stderr, "reassembly: {}\n", read.error().what);
      std::exit(1);
    }
    more = *read;
  }
  return batches;
}

/// What a run came to, so that the contestants can be held against each other.
struct Outcome {
  uint64_t payload_bytes = 0;
  uint64_t exchanges = 0;
};

Outcome Follow(const Batches& batches) {
  Outcome outcome;
  Tins::TCPIP::StreamFollower follower;
  follower.new_stream_callback([&](Tins::TCPIP::Stream& stream) {
    stream.client_data_callback(
        [&](Tins::TCPIP::Stream& s) { outcome.payload_bytes += s.client_payload().size(); });
    stream.server_data_callback(
        [&](Tins::TCPIP::Stream& s) { outcome.payload_bytes += s.server_payload().size(); });
  });
  for (const capture::PacketBatch& batch : batches) {
    for (const Packet& packet : batch.packets) {
      Tins::Packet taken(
          new Tins::EthernetII(packet.bytes.data(), static_cast<uint32_t>(packet.bytes.size())),
          Tins::Timestamp(std::chrono::microseconds(packet.at / kNsPerUs)),
          Tins::Packet::own_pdu());
      follower.process_packet(taken);
    }
  }
  return outcome;
}

Outcome Dissect(const Batches& batches) {
  Outcome outcome;
  reassembly::Dissector dissector(reassembly::ChecksumPolicy::kAuto);
  for (const capture::PacketBatch& batch : batches) {
    for (const Packet& packet : batch.packets) {
      if (const auto* segment = dissector.Dissect(packet)) {
        outcome.payload_bytes += segment->payload.size();
      }
    }
  }
  return outcome;
}

class CountingConsumer final : public reassembly::StreamConsumer {
 public:
  explicit CountingConsumer(uint64_t& bytes) : bytes_(bytes) {}

  void OnChunk(reassembly::Flow, const reassembly::Chunk& chunk) override {
    bytes_ += chunk.bytes.size();
  }
  void OnGap(reassembly::Flow, const reassembly::Gap&) override {}
  void OnAcknowledged(reassembly::Flow, uint64_t, uint32_t, TimeNs) override {}
  void OnCopy(reassembly::Flow, uint64_t, uint64_t, TimeNs, bool) override {}
  void OnEnd(reassembly::Flow, TimeNs) override {}
  void OnClose(const reassembly::ConnectionEnd&) override {}
  void OnEvict(TimeNs) override {}

 private:
  uint64_t& bytes_;
};

class CountingConsumers final : public reassembly::StreamConsumerFactory {
 public:
  std::unique_ptr<reassembly::StreamConsumer> Open(const reassembly::ConnectionInfo&) override {
    return std::make_unique<CountingConsumer>(bytes);
  }

  uint64_t bytes = 0;
};

Outcome Track(const Batches& batches) {
  CountingConsumers consumers;
  reassembly::Dissector dissector(reassembly::ChecksumPolicy::kAuto);
  reassembly::MemoryAccount memory;
  memory.max_bytes = reassembly::limits::kGlobalBytes;
  reassembly::StreamTracker tracker(reassembly::StreamLimits::Default(), memory, consumers);
  for (const capture::PacketBatch& batch : batches) {
    for (const Packet& packet : batch.packets) {
      if (const auto* segment = dissector.Dissect(packet)) {
        tracker.OnSegment(*segment);
      }
    }
    if (!batch.packets.empty()) {
      tracker.OnTick(batch.packets.back().at);
    }
  }
  tracker.Finish();
  return {.payload_bytes = consumers.bytes};
}

Outcome Reassemble(const Batches& batches) {
  test_support::CountingSink sink;
  reassembly::Reassembler reassembler({}, sink);
  for (const capture::PacketBatch& batch : batches) {
    reassembler.OnPackets(batch.packets);
    if (!batch.packets.empty()) {
      reassembler.OnTick(batch.packets.back().at);
    }
  }
  reassembler.Finish();
  Outcome outcome{.exchanges = sink.exchanges};
  for (const Counter& counter : reassembler.counters()) {
    outcome.payload_bytes += counter.name == "http.bytes" ? counter.value : 0;
  }
  return outcome;
}

struct Contestant {
  const char* name;
  Outcome (*run)(const Batches&);
};

constexpr Contestant kContestants[] = {
    {"follower", Follow}, {"dissection", Dissect}, {"streams", Track}, {"exchanges", Reassemble}};

int Main(const std::string& path, int rounds, const std::string& only) {
  const Batches batches = Load(path);
  uint64_t packets = 0;
  uint64_t bytes = 0;
  for (const capture::PacketBatch& batch : batches) {
    for (const Packet& packet : batch.packets) {
      ++packets;
      bytes += packet.bytes.size();
    }
  }
  fmt::print("{{\"packets\": {}, \"bytes\": {}, \"runs\": [", packets, bytes);
  const char* separator = "\n";
  for (int round = 0; round <= rounds; ++round) {  // the first warms up
    for (const Contestant& contestant : kContestants) {
      if (!only.empty() && only != contestant.name) {
        continue;
      }
      Stopwatch watch;
      watch.Start();
      const Outcome outcome = contestant.run(batches);
      watch.Stop();
      if (round > 0) {
        fmt::print(
            "{}{{\"name\": \"{}\", \"cpu_s\": {:.6f}, \"wall_s\": {:.6f}, "
            "\"payload_bytes\": {}, \"exchanges\": {}}}",
            separator, contestant.name, watch.cpu_s, watch.wall_s, outcome.payload_bytes,
            outcome.exchanges);
        separator = ",\n";
      }
    }
  }
  fmt::print("]}}\n");
  return 0;
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    fmt::print(stderr, "usage: reassembly CAPTURE ROUNDS [CONTESTANT]\n");
    return 2;
  }
  return trafrec::bench::Main(argv[1], std::atoi(argv[2]), argc == 4 ? argv[3] : "");
}
