// One clean connection whose two sides say anything: the input is cut at the bytes FE (the client
// goes on) and FF (the server goes on), which HTTP's framing does not use. The first byte chooses
// the segments' length.

#include "tests/fuzz/fuzz_input.h"
#include "tests/support/tcp_conversation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  if (size == 0) {
    return 0;
  }
  fuzz::Pipeline pipeline;
  test_support::TcpConversation::Options options;
  options.mss = size_t{1} + data[0] * 6;
  test_support::TcpConversation wire(options);
  wire.Handshake();
  store::Side side = store::Side::kClient;
  std::string said;
  for (const uint8_t byte : Bytes(data + 1, size - 1)) {
    if (byte < 0xFE) {
      said += static_cast<char>(byte);
      continue;
    }
    wire.Send(side, said);
    said.clear();
    side = byte == 0xFE ? store::Side::kClient : store::Side::kServer;
  }
  wire.Send(side, said);
  wire.Close();
  TimeNs last = 0;
  const auto packets = wire.TakePackets();
  for (const test_support::RawPacket& packet : packets) {
    pipeline.OnPacket(test_support::AsPacket(packet));
    last = packet.at;
  }
  pipeline.OnTick(last + kNsPerSecond);
  pipeline.Finish();
  return 0;
}
