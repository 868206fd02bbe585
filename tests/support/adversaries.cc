#include "tests/support/adversaries.h"

#include <utility>

namespace trafrec::test_support {
namespace {

TcpConversation::Options OptionsOf(uint32_t number) {
  TcpConversation::Options options;
  options.client = HostileClient(number);
  options.server = HostileServer();
  options.mss = 65'000;
  options.ack_every = 0;
  return options;
}

}  // namespace

Endpoint HostileClient(uint32_t number) {
  const uint32_t host = number / 50'000;
  const uint8_t address[4] = {10, static_cast<uint8_t>(host >> 16), static_cast<uint8_t>(host >> 8),
                              static_cast<uint8_t>(host)};
  return {IpAddress::V4(address), static_cast<uint16_t>(10'000 + number % 50'000)};
}

Endpoint HostileServer() {
  constexpr uint8_t kAddress[4] = {192, 0, 2, 1};
  return {IpAddress::V4(kAddress), 9'200};
}

void HostileWire::Put(Bytes ip_packet, uint32_t wire_bytes) {
  PutFrame(Ethernet(ip_packet), wire_bytes);
}

void HostileWire::PutFrame(ByteVector frame, uint32_t wire_bytes) {
  ++packets_;
  now_ += kNsPerUs;
  RawPacket packet;
  packet.at = now_;
  packet.bytes = std::move(frame);
  packet.wire_bytes = wire_bytes;
  output_(packet);
}

HostileFlow::HostileFlow(HostileWire& wire, uint32_t number, bool handshake)
    : wire_(wire), tcp_(OptionsOf(number)) {
  if (handshake) {
    tcp_.Handshake();
    Flush();
  }
}

HostileFlow& HostileFlow::Flush() {
  for (RawPacket& packet : tcp_.TakePackets()) {
    wire_.PutFrame(std::move(packet.bytes));
  }
  return *this;
}

HostileFlow& HostileFlow::Client(std::string_view data) {
  tcp_.ClientSends(data);
  return Flush();
}

HostileFlow& HostileFlow::Server(std::string_view data) {
  tcp_.ServerSends(data);
  return Flush();
}

HostileFlow& HostileFlow::LosesClient(std::string_view data) {
  tcp_.DropNext().ClientSends(data);
  return Flush();
}

HostileFlow& HostileFlow::LosesServer(std::string_view data) {
  tcp_.DropNext().ServerSends(data);
  return Flush();
}

HostileFlow& HostileFlow::ClientAt(uint64_t offset, std::string_view data) {
  tcp_.SendAt(store::Side::kClient, offset, data);
  return Flush();
}

HostileFlow& HostileFlow::ServerAcks() {
  tcp_.Ack(store::Side::kServer);
  return Flush();
}

HostileFlow& HostileFlow::ClientAcks() {
  tcp_.Ack(store::Side::kClient);
  return Flush();
}

HostileFlow& HostileFlow::Close() {
  tcp_.Close();
  return Flush();
}

HostileFlow& HostileFlow::ClientCut(uint64_t offset, std::string_view data, uint16_t said_bytes) {
  const std::string whole = std::string(data) + std::string(said_bytes - data.size(), '?');
  tcp_.SendAt(store::Side::kClient, offset, whole);
  for (RawPacket& packet : tcp_.TakePackets()) {
    const auto wire_bytes = static_cast<uint32_t>(packet.bytes.size());
    packet.bytes.resize(packet.bytes.size() - whole.size() + data.size());
    wire_.PutFrame(std::move(packet.bytes), wire_bytes);
  }
  return *this;
}

std::vector<Adversary> AllAdversaries() {
  std::vector<Adversary> all;
  for (const auto group : {StreamAdversaries(), HttpAdversaries(), TableAdversaries()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace trafrec::test_support
