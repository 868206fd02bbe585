#include "talk.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace trafrec::reassembly {

namespace {

HttpLayerOptions LayerOptions(const Talk::Options& options) {
  HttpLayerOptions layer;
  layer.server_port = options.server_port;
  layer.pressure = options.pressure;
  layer.redaction = options.redaction;
  layer.interface_name = [](uint16_t interface) { return "eth" + std::to_string(interface); };
  return layer;
}

}  // namespace

Talk::Talk() : Talk(Options{}) {}

Talk::Talk(Options options) : layer_(LayerOptions(options), memory_, sink_) {
  ConnectionInfo info;
  info.number = 1;
  info.first.port = 40000;
  info.second.port = 9200;
  info.interface = 3;
  info.encapsulation = {{store::EncapsulationId::Kind::kVlan, 7}};
  if (!options.mid_stream) {
    info.client = Flow::kFirst;
    info.first_isn = 999;
    info.second_isn = 4999;
  } else {
    info.first_from_start = info.second_from_start = false;
  }
  info.opened_at = now_;
  consumer_ = layer_.Open(info);
}

Talk::~Talk() {
  if (consumer_) {
    Close();
  }
}

Talk& Talk::Send(Flow flow, std::string_view bytes, bool packet_start) {
  if (bytes.empty()) {
    return *this;
  }
  now_ += kNsPerMs;
  FlowState& sender = state(flow);
  FlowState& peer = state(Reverse(flow));
  const uint64_t known = sender.known.value_or(peer.offset);
  Acknowledge(Reverse(flow), known);
  Chunk chunk;
  chunk.bytes = AsBytes(bytes);
  chunk.offset = sender.offset;
  chunk.sequence = static_cast<uint32_t>((flow == Flow::kFirst ? 1000 : 5000) + sender.offset);
  chunk.at = now_;
  chunk.acknowledgment = static_cast<uint32_t>((flow == Flow::kFirst ? 5000 : 1000) + known);
  chunk.peer_offset = known;
  chunk.packet_start = packet_start;
  sender.offset += bytes.size();
  consumer_->OnChunk(flow, chunk);
  return *this;
}

Talk& Talk::Acknowledge(Flow flow, uint64_t offset) {
  FlowState& acked = state(flow);
  if (offset > acked.acked) {
    acked.acked = offset;
    const auto raw = static_cast<uint32_t>((flow == Flow::kFirst ? 1000 : 5000) + offset);
    consumer_->OnAcknowledged(flow, offset, raw, now_);
  }
  return *this;
}

Talk& Talk::Lose(Flow flow, uint64_t bytes) {
  now_ += kNsPerMs;
  FlowState& sender = state(flow);
  Gap gap;
  gap.offset = sender.offset;
  gap.length = bytes;
  gap.revealed_at = now_;
  sender.offset += bytes;
  consumer_->OnGap(flow, gap);
  return *this;
}

Talk& Talk::Client(std::string_view bytes) { return Send(Flow::kFirst, bytes, true); }
Talk& Talk::Server(std::string_view bytes) { return Send(Flow::kSecond, bytes, true); }
Talk& Talk::ClientMore(std::string_view bytes) { return Send(Flow::kFirst, bytes, false); }
Talk& Talk::ServerMore(std::string_view bytes) { return Send(Flow::kSecond, bytes, false); }

Talk& Talk::ClientIn(size_t size, std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    Client(bytes.substr(0, size));
  }
  return *this;
}

Talk& Talk::ServerIn(size_t size, std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    Server(bytes.substr(0, size));
  }
  return *this;
}

Talk& Talk::ClientLost(uint64_t bytes) { return Lose(Flow::kFirst, bytes); }
Talk& Talk::ServerLost(uint64_t bytes) { return Lose(Flow::kSecond, bytes); }

Talk& Talk::ClientKnows(uint64_t bytes) {
  flows_[0].known = bytes;
  return *this;
}
Talk& Talk::ServerKnows(uint64_t bytes) {
  flows_[1].known = bytes;
  return *this;
}
Talk& Talk::KnowAll() {
  flows_[0].known.reset();
  flows_[1].known.reset();
  return *this;
}

Talk& Talk::ClientAcks() { return ClientAcks(server_sent()); }
Talk& Talk::ServerAcks() { return ServerAcks(client_sent()); }
Talk& Talk::ClientAcks(uint64_t offset) {
  now_ += kNsPerMs;
  return Acknowledge(Flow::kSecond, offset);
}
Talk& Talk::ServerAcks(uint64_t offset) {
  now_ += kNsPerMs;
  return Acknowledge(Flow::kFirst, offset);
}

Talk& Talk::ClientCopies(uint64_t offset, uint64_t length, bool conflict) {
  now_ += kNsPerMs;
  consumer_->OnCopy(Flow::kFirst, offset, length, now_, conflict);
  return *this;
}
Talk& Talk::ServerCopies(uint64_t offset, uint64_t length, bool conflict) {
  now_ += kNsPerMs;
  consumer_->OnCopy(Flow::kSecond, offset, length, now_, conflict);
  return *this;
}

Talk& Talk::ClientFin() {
  now_ += kNsPerMs;
  consumer_->OnEnd(Flow::kFirst, now_);
  return *this;
}
Talk& Talk::ServerFin() {
  now_ += kNsPerMs;
  consumer_->OnEnd(Flow::kSecond, now_);
  return *this;
}

Talk& Talk::Wait(int64_t ns) {
  now_ += ns;
  return *this;
}
Talk& Talk::Tick() {
  layer_.OnTick(now_);
  return *this;
}
Talk& Talk::Evict() {
  consumer_->OnEvict(now_);
  return *this;
}

bool Talk::Rest() {
  const size_t before = memory_.used_bytes;
  const std::unique_ptr<RestingConsumer> resting = consumer_->Rest();
  if (!resting) {
    return false;
  }
  resting_bytes_ = memory_.used_bytes - before;
  consumer_.reset();
  consumer_ = resting->Wake();
  return true;
}

void Talk::Close(store::CloseCause cause) {
  ConnectionEnd end;
  end.cause = cause;
  end.at = now_;
  end.first.payload_bytes = client_sent();
  end.second.payload_bytes = server_sent();
  consumer_->OnClose(end);
  consumer_.reset();
  layer_.Finish();
  Counters counters;
  layer_.AddCounters(counters);
  EXPECT_EQ(BrokenSums(counters), std::vector<std::string>{});
  EXPECT_EQ(sink_.broken, std::vector<std::string>{});
  EXPECT_EQ(counter("messages.in_flight"), 0);
  EXPECT_EQ(counter("exchanges.in_flight"), 0);
  EXPECT_EQ(counter("http.bytes.pending"), 0);
  for (const auto& [number, exchange] : sink_.exchanges) {
    EXPECT_FALSE(HasFlag(exchange.record.flags, store::Flag::kOpen)) << number;
  }
}

Counters Talk::counters() const {
  Counters counters;
  layer_.AddCounters(counters);
  return counters;
}

uint64_t Talk::counter(const std::string& name) const {
  for (const Counter& counter : counters()) {
    if (counter.name == name) {
      return counter.value;
    }
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

const store::ExchangeRecord& Talk::exchange(store::ExchangeNumber number) {
  EXPECT_TRUE(sink_.exchanges.contains(number)) << "no exchange " << number;
  return sink_.exchanges[number].record;
}

const CollectedMessage& Talk::request(store::ExchangeNumber number) {
  const auto id = store::MessageIdOf(number, store::Side::kClient);
  EXPECT_TRUE(sink_.messages.contains(id)) << "no request " << number;
  return sink_.messages[id];
}

const CollectedMessage& Talk::response(store::ExchangeNumber number) {
  const auto id = store::MessageIdOf(number, store::Side::kServer);
  EXPECT_TRUE(sink_.messages.contains(id)) << "no response " << number;
  return sink_.messages[id];
}

std::vector<std::string> Talk::pairs() const {
  std::vector<std::string> pairs;
  for (const auto& [number, collected] : sink_.exchanges) {
    const store::ExchangeRecord& exchange = collected.record;
    std::string text = exchange.has_request ? exchange.method + " " + exchange.target : "-";
    text += exchange.has_response ? fmt::format(" {}", exchange.status) : " -";
    pairs.push_back(text);
  }
  return pairs;
}

std::vector<std::string> Talk::flags(store::ExchangeNumber number) {
  return store::FlagNames(exchange(number).flags);
}

std::string Get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: es:9200\r\n\r\n", target);
}

std::string Post(std::string_view target, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: es:9200\r\nContent-Length: {}\r\n\r\n{}", target,
                     body.size(), body);
}

std::string Ok(std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

std::string Body(size_t bytes, uint64_t seed) {
  std::string body;
  body.reserve(bytes);
  uint64_t value = seed * 0x9e3779b97f4a7c15 + 1;
  while (body.size() < bytes) {
    value = value * 6364136223846793005 + 1442695040888963407;
    body.push_back(static_cast<char>('a' + (value >> 59) % 26));
  }
  return body;
}

}  // namespace trafrec::reassembly
