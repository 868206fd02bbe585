// A live recording at full speed: packets in memory to a log on the disk, with one of the log's
// options. What the option costs is the ratio to the run without any, made in turn by
// bench/store.py. Packets come as fast as the log takes them, so nothing is shed.

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/stopwatch.h"
#include "capture/packet_source.h"
#include "reassembly/reassembler.h"
#include "store/writer/log_writer.h"

namespace trafrec::bench {
namespace {

/// Half full: the writer never starves, and reassembly never sheds.
constexpr double kPressureMax = 0.5;
constexpr size_t kTickPackets = 256;

struct Variant {
  std::string_view name;
  void (*apply)(store::LogWriterOptions& options);
};
/// One line a row of the bench; the goals are in store.py.
constexpr std::array kVariants = {
    Variant{"plain", [](store::LogWriterOptions&) {}},
    Variant{
        "full",
        [](store::LogWriterOptions& options) { options.durability = store::Durability::kFull; }},
};

template <typename T>
T Need(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "store: {}\n", result.error().what);
    std::exit(1);
  }
  return *std::move(result);
}

store::LogWriterOptions LiveInto(const std::string& log) {
  store::LogWriterOptions options;
  options.log = log;
  options.recorder = "bench";
  options.version = "bench";
  options.source = "memory";
  options.live = true;
  options.free_bytes_min = 0;
  return options;
}

void WaitForRoom(const store::LogWriter& writer) {
  while (writer.pressure() > kPressureMax) {
    std::this_thread::yield();
  }
}

std::vector<capture::PacketBatch> Load(const std::string& path) {
  const auto source = Need(capture::OpenFiles({path}, {}));
  std::vector<capture::PacketBatch> batches;
  while (Need(source->Next(batches.emplace_back()))) {
  }
  return batches;
}

int Record(const std::string& capture, const std::string& log, const Variant& variant) {
  const std::vector<capture::PacketBatch> batches = Load(capture);
  store::LogWriterOptions options = LiveInto(log);
  variant.apply(options);
  Stopwatch watch;
  watch.Start();
  const auto writer = Need(store::LogWriter::Open(options));
  reassembly::Reassembler reassembler({}, *writer);
  size_t packets = 0;
  TimeNs last = 0;
  for (const capture::PacketBatch& batch : batches) {
    for (const reassembly::Packet& packet : batch.packets) {
      reassembler.OnPacket(packet);
      last = packet.at;
      if (++packets % kTickPackets == 0) {
        reassembler.OnTick(packet.at);
        WaitForRoom(*writer);
      }
    }
  }
  reassembler.Finish();
  writer->Drain();
  const store::LogWriterSummary summary = Need(writer->Close(last));
  watch.Stop();
  fmt::print(
      "{{\"wall_s\": {:.4f}, \"cpu_s\": {:.4f}, \"exchanges\": {}, \"raw_bytes\": {}, "
      "\"stored_bytes\": {}}}\n",
      watch.wall_s, watch.cpu_s, summary.exchanges, summary.raw_bytes, summary.stored_bytes);
  return 0;
}

/// Leaves an open segment of so many bytes behind, as a killed recorder does.
int LeaveOpen(const std::string& log, uint64_t bytes) {
  store::LogWriterOptions options = LiveInto(log);
  options.segment_bytes_max = 2 * bytes;
  options.compression = store::Compression::kNone;
  const auto writer = Need(store::LogWriter::Open(options));
  const std::string head = "PUT / HTTP/1.1\r\n\r\n";
  const std::string body(size_t{900} << 10, 'x');
  store::ConnectionRecord connection;
  connection.number = 1;
  writer->PutConnection(connection);
  const TimeNs begin = WallClockNow();
  store::ExchangeNumber number = 0;
  for (uint64_t put = 0; put < bytes; put += body.size()) {
    store::MessageRecord message;
    message.id = store::MessageIdOf(++number, store::Side::kClient);
    message.connection = 1;
    message.head = AsBytes(head);
    message.body_rest = AsBytes(body);
    message.facts.first_byte_at = message.facts.last_byte_at = begin;
    writer->PutMessage(message);
    store::ExchangeRecord exchange;
    exchange.number = number;
    exchange.connection = 1;
    exchange.has_request = true;
    exchange.began_at = begin;
    writer->PutExchange(exchange);
    writer->Advance({number + 1, begin, begin}, begin);
    WaitForRoom(*writer);
  }
  writer->Drain();
  _exit(0);  // no Close: it stays open
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "leave-open") {
    return LeaveOpen(arguments[1], std::strtoull(arguments[2].c_str(), nullptr, 10));
  }
  for (const Variant& variant : kVariants) {
    if (arguments.size() == 3 && arguments[0] == variant.name) {
      return Record(arguments[1], arguments[2], variant);
    }
  }
  fmt::print(stderr, "usage: store VARIANT CAPTURE LOG | store leave-open LOG BYTES\n");
  return 2;
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  return trafrec::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
