#include "wire.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::reassembly::testing {
namespace {

constexpr uint8_t kAckFlag = TcpSegment::kAck;

class Writer : public StreamConsumer {
 public:
  Writer(SeenConnection& seen, const Recorder& recorder) : seen_(seen), recorder_(recorder) {}

  void OnChunk(Flow flow, const Chunk& chunk) override {
    const int f = static_cast<int>(flow);
    EXPECT_FALSE(chunk.bytes.empty());
    Advance(f, chunk.offset, chunk.bytes.size());
    if (chunk.peer_offset && recorder_.strict_order) {
      EXPECT_LE(*chunk.peer_offset, seen_.delivered_to[1 - f] + slack) << "against causal order";
    }
    if (recorder_.holds_in != nullptr) {
      recorder_.holds_in->used_bytes += chunk.bytes.size();
      held_ += chunk.bytes.size();
    }
    Say(f, std::string(AsText(chunk.bytes)));
    if (recorder_.keep_events) {
      seen_.chunks[f].push_back(chunk);
      seen_.chunks[f].back().bytes = {};
    }
  }

  void OnGap(Flow flow, const Gap& gap) override {
    EXPECT_GT(gap.length, 0U);
    Advance(static_cast<int>(flow), gap.offset, gap.length);
    Say(static_cast<int>(flow), fmt::format("[{} {}]", gap.length, GapCauseName(gap.cause)));
  }

  void OnAcknowledged(Flow flow, uint64_t offset, uint32_t number, TimeNs at) override {
    const int f = static_cast<int>(flow);
    EXPECT_GT(offset, seen_.acked_to[f]);
    seen_.acked_to[f] = offset;
    if (recorder_.keep_events) {
      seen_.acks.push_back(fmt::format("{} to {} by {} at +{}ms", f, offset, number,
                                       (at - seen_.info.opened_at) / kNsPerMs));
    }
  }

  void OnCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs, bool conflict) override {
    EXPECT_GT(length, 0U);
    if (recorder_.keep_events) {
      seen_.copies.push_back(fmt::format("{} {}+{}{}", static_cast<int>(flow), offset, length,
                                         conflict ? " conflict" : ""));
    }
  }

  void OnEnd(Flow flow, TimeNs) override {
    EXPECT_FALSE(seen_.ended[static_cast<int>(flow)]) << "ended twice";
    seen_.ended[static_cast<int>(flow)] = true;
    Event(fmt::format("{} end", static_cast<int>(flow)));
  }

  void OnClose(const ConnectionEnd& end) override {
    EXPECT_FALSE(seen_.end) << "closed twice";
    seen_.end = end;
    Event(std::string("close ") + CloseCauseName(end.cause));
    if (recorder_.holds_in != nullptr) {
      recorder_.holds_in->used_bytes -= held_;
    }
  }

  void OnEvict(TimeNs) override { Event("evict"); }

  std::unique_ptr<RestingConsumer> Rest() override;

  // A FIN that was not captured takes a number that the peer acknowledges.
  static constexpr uint64_t slack = 1;

 private:
  void Advance(int f, uint64_t offset, uint64_t length) {
    EXPECT_FALSE(seen_.ended[f]) << "bytes after the end of the flow";
    EXPECT_FALSE(seen_.end) << "bytes after the close";
    EXPECT_EQ(offset, seen_.delivered_to[f]) << "chunks and gaps must follow each other";
    seen_.delivered_to[f] = offset + length;
  }

  void Say(int f, const std::string& text) {
    seen_.flow[f] += text;
    Event(fmt::format("{}:{}", f, text));
  }

  void Event(std::string text) {
    if (recorder_.keep_events) {
      seen_.events.push_back(std::move(text));
    }
  }

  friend class RestingWriter;

  SeenConnection& seen_;
  const Recorder& recorder_;
  size_t held_ = 0;
};

class RestingWriter : public RestingConsumer {
 public:
  explicit RestingWriter(const Writer& writer) : writer_(writer) {}

  std::unique_ptr<StreamConsumer> Wake() override {
    writer_.seen_.rests.emplace_back("wake");
    return std::make_unique<Writer>(writer_);
  }

 private:
  Writer writer_;
};

std::unique_ptr<RestingConsumer> Writer::Rest() {
  seen_.rests.emplace_back(recorder_.rests ? "rest" : "asked");
  return recorder_.rests ? std::make_unique<RestingWriter>(*this) : nullptr;
}

}  // namespace

std::unique_ptr<StreamConsumer> Recorder::Open(const ConnectionInfo& info) {
  connections.push_back(std::make_unique<SeenConnection>());
  connections.back()->info = info;
  return std::make_unique<Writer>(*connections.back(), *this);
}

Endpoint MakeEndpoint(uint8_t host, uint16_t port) {
  const uint8_t address[] = {10, 0, 0, host};
  return {IpAddress::V4(address), port};
}

uint64_t CounterOf(const StreamTracker& tracker, const std::string& name) {
  Counters counters;
  tracker.AddCounters(counters);
  for (const Counter& counter : counters) {
    if (counter.name == name) {
      return counter.value;
    }
  }
  ADD_FAILURE() << "no counter " << name;
  return 0;
}

std::vector<std::string> BrokenSumsOf(const StreamTracker& tracker, uint64_t segments) {
  Counters counters = {{"packets.tcp", "", segments}};
  tracker.AddCounters(counters);
  return BrokenSums(counters);
}

TcpSegment End::Make(uint32_t sequence, std::string_view payload, uint8_t flags) const {
  TcpSegment segment;
  segment.source = address_;
  segment.destination = peer_->address_;
  segment.sequence = sequence;
  segment.acknowledgment = acknowledges.value_or(peer_->sent);
  segment.flags = flags;
  segment.window = window;
  segment.payload = AsBytes(payload);
  segment.payload_wire_bytes = static_cast<uint32_t>(payload.size());
  return segment;
}

End& End::Send(std::string_view payload, uint8_t more_flags) {
  const TcpSegment segment =
      Make(sent, payload, static_cast<uint8_t>(kAckFlag | TcpSegment::kPsh | more_flags));
  sent += static_cast<uint32_t>(payload.size());
  wire_->Capture(segment);
  while (!delayed_.empty()) {
    auto [late, text] = std::move(delayed_.front());
    delayed_.pop_front();
    late.payload = AsBytes(text);
    wire_->Capture(late);
  }
  return *this;
}

End& End::Lose(std::string_view payload) {
  sent += static_cast<uint32_t>(payload.size());
  return *this;
}

End& End::Delay(std::string_view payload) {
  delayed_.emplace_back(Make(sent, payload, kAckFlag), std::string(payload));
  sent += static_cast<uint32_t>(payload.size());
  return *this;
}

End& End::Ack() {
  wire_->Capture(Make(sent, {}, kAckFlag));
  return *this;
}

End& End::Syn(std::string_view payload) {
  TcpSegment segment = Make(isn, payload, TcpSegment::kSyn);
  segment.acknowledgment = 0;
  segment.window_shift = window_shift;
  sent = isn + 1 + static_cast<uint32_t>(payload.size());
  wire_->Capture(segment);
  return *this;
}

End& End::SynAck(std::string_view payload) {
  TcpSegment segment = Make(isn, payload, TcpSegment::kSyn | kAckFlag);
  segment.window_shift = window_shift;
  sent = isn + 1 + static_cast<uint32_t>(payload.size());
  wire_->Capture(segment);
  return *this;
}

End& End::Fin(std::string_view payload) {
  const TcpSegment segment = Make(sent, payload, kAckFlag | TcpSegment::kFin);
  sent += static_cast<uint32_t>(payload.size()) + 1;
  wire_->Capture(segment);
  return *this;
}

End& End::LoseFin() {
  ++sent;
  return *this;
}

End& End::Rst() {
  wire_->Capture(Make(sent, {}, TcpSegment::kRst));
  return *this;
}

End& End::SendAt(int64_t offset, std::string_view payload, uint8_t flags) {
  wire_->Capture(Make(isn + 1 + static_cast<uint32_t>(offset), payload,
                      static_cast<uint8_t>(kAckFlag | flags)));
  return *this;
}

End& End::RstAt(int64_t offset) {
  wire_->Capture(Make(isn + 1 + static_cast<uint32_t>(offset), {}, TcpSegment::kRst));
  return *this;
}

End& End::AckAt(int64_t offset_of_peer) {
  TcpSegment segment = Make(sent, {}, kAckFlag);
  segment.acknowledgment = peer_->isn + 1 + static_cast<uint32_t>(offset_of_peer);
  wire_->Capture(segment);
  return *this;
}

End& End::SendCut(std::string_view payload, size_t captured) {
  TcpSegment segment = Make(sent, payload, kAckFlag | TcpSegment::kPsh);
  segment.payload = segment.payload.first(captured);
  sent += static_cast<uint32_t>(payload.size());
  wire_->Capture(segment);
  return *this;
}

Wire::Wire(StreamLimits limits) : tracker(limits, memory, recorder) {
  memory.max_bytes = size_t{64} << 20;
  for (const auto& [end, peer, isn, host, port] :
       {std::tuple(&client_, &server_, kClientIsn, uint8_t{1}, uint16_t{40000}),
        std::tuple(&server_, &client_, kServerIsn, uint8_t{2}, uint16_t{9200})}) {
    end->isn = isn;
    end->sent = isn + 1;
    end->wire_ = this;
    end->peer_ = peer;
    end->address_ = MakeEndpoint(host, port);
  }
}

Wire::~Wire() {
  if (!finished_) {
    Finish();
  }
}

std::unique_ptr<Wire> Wire::Established(StreamLimits limits) {
  auto wire = std::make_unique<Wire>(limits);
  wire->Handshake();
  return wire;
}

void Wire::Handshake() {
  client_.Syn();
  Wait(kNsPerMs);
  server_.SynAck();
  Wait(kNsPerMs);
  client_.Ack();
  Wait(kNsPerMs);
}

void Wire::Wait(int64_t ns) { now += ns; }

void Wire::WaitTick(int64_t ns) {
  now += ns;
  tracker.OnTick(now);
}

void Wire::Capture(TcpSegment segment) {
  segment.at = now;
  ++captured_;
  tracker.OnSegment(segment);
  if (check_sums) {
    EXPECT_THAT(BrokenSumsOf(tracker, captured_), ::testing::IsEmpty());
  }
}

void Wire::Finish() {
  finished_ = true;
  tracker.Finish();
  EXPECT_THAT(BrokenSumsOf(tracker, captured_), ::testing::IsEmpty());
  EXPECT_EQ(memory.used_bytes, 0U);
  for (const char* role : {"client", "server", "unknown"}) {
    EXPECT_EQ(Count(fmt::format("payload.{}.buffered_bytes", role)), 0U);
  }
  for (const auto& connection : recorder.connections) {
    EXPECT_TRUE(connection->end.has_value());
  }
}

const std::string& Wire::ClientFlow(size_t n) const {
  return Seen(n).flow[Seen(n).info.first.port == 40000 ? 0 : 1];
}

const std::string& Wire::ServerFlow(size_t n) const {
  return Seen(n).flow[Seen(n).info.first.port == 40000 ? 1 : 0];
}

uint64_t Wire::Count(const std::string& name) const { return CounterOf(tracker, name); }

}  // namespace trafrec::reassembly::testing
