// Any bytes as a capture file: pcap, pcapng, or either inside gzip or zstd. Through a file in
// memory, because that is how captures come in.

#include <sys/mman.h>
#include <unistd.h>

#include "capture/packet_source.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  static const int kFile = memfd_create("capture", 0);
  static const std::string kPath = "/proc/self/fd/" + std::to_string(kFile);
  CHECK(ftruncate(kFile, 0) == 0);
  CHECK(pwrite(kFile, data, size, 0) == static_cast<ssize_t>(size));
  auto source = capture::OpenFiles({kPath}, {});
  if (!source) {
    CHECK(!source.error().what.empty());
    return 0;
  }
  capture::PacketBatch batch;
  while (true) {
    auto more = (*source)->Next(batch);
    for (const reassembly::Packet& packet : batch.packets) {
      CHECK(packet.bytes.size() <= (size_t{64} << 20));
    }
    if (!more || !*more) {
      return 0;
    }
  }
}
