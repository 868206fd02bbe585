#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet_source.h"
#include "tests/support/temporary_folder.h"

// Capture files written byte by byte, so that a test can say what is in them, right or wrong; and
// what a source made of them.

namespace trafrec::capture {

using test_support::TemporaryFolder;

enum class Order : uint8_t { kLittle, kBig };

inline void PrintTo(Order order, std::ostream* out) {
  *out << (order == Order::kLittle ? "little endian" : "big endian");
}

/// A packet as a test names it: its bytes are text.
struct Written {
  uint64_t ticks = 0;  ///< since the epoch, in the file's or interface's unit
  std::string bytes;
  std::optional<uint32_t> wire_bytes{};  ///< as many as there are bytes
};

/// Numbers in one byte order, one after the other.
class ByteWriter {
 public:
  explicit ByteWriter(Order order) : order_(order) {}

  ByteWriter& U8(uint64_t value) { return Number(value, 1); }
  ByteWriter& U16(uint64_t value) { return Number(value, 2); }
  ByteWriter& U32(uint64_t value) { return Number(value, 4); }
  ByteWriter& U64(uint64_t value) { return Number(value, 8); }
  ByteWriter& Text(std::string_view text);
  ByteWriter& Pad();  ///< to a multiple of four
  const std::string& bytes() const { return bytes_; }

 private:
  ByteWriter& Number(uint64_t value, int bytes);

  Order order_;
  std::string bytes_;
};

struct PcapShape {
  Order order = Order::kLittle;
  uint32_t magic = 0xa1b2c3d4;
  uint32_t link_type = 1;
  uint16_t minor = 4;

  friend void PrintTo(const PcapShape& shape, std::ostream* out) {
    PrintTo(shape.order, out);
    *out << ", magic " << std::hex << shape.magic;
  }
};

std::string Pcap(const PcapShape& shape, const std::vector<Written>& packets);

/// A pcapng file under construction. Options are appended to a block as they are given.
class Pcapng {
 public:
  struct Interface {
    uint16_t link_type = 1;
    uint32_t snaplen = 0;
    std::string name{};
    std::optional<uint8_t> resolution{};
    std::optional<int64_t> offset_s{};
  };

  explicit Pcapng(Order order = Order::kLittle) { Section(order); }

  Pcapng& Section(Order order);
  Pcapng& AddInterface(const Interface& interface);
  Pcapng& Enhanced(uint32_t interface, const Written& packet, std::optional<uint32_t> flags = {});
  Pcapng& Simple(const Written& packet);
  Pcapng& OldPacket(uint16_t interface, const Written& packet);
  Pcapng& Statistics(uint32_t interface, uint64_t interface_drops, uint64_t system_drops);
  Pcapng& Block(uint32_t type, const std::string& body);
  const std::string& bytes() const { return bytes_; }

 private:
  ByteWriter Body() const { return ByteWriter(order_); }

  Order order_ = Order::kLittle;
  std::string bytes_;
};

std::string Gzip(const std::string& bytes);
std::string Zstd(const std::string& bytes);

/// A packet as a source gave it.
struct Seen {
  TimeNs at = 0;
  std::string bytes;
  uint32_t wire_bytes = 0;
  uint16_t link_type = 0;
  std::string interface{};
  bool outgoing = false;
  bool checksum_not_ready = false;
};

struct Reading {
  std::optional<Error> error;
  std::vector<Seen> packets;
  std::vector<SourceWarning> warnings;
  SourceDrops drops;
  uint64_t bytes_read = 0;
  uint64_t bytes_total = 0;

  /// "a b c": the packets' bytes.
  std::string Order() const;
  bool IsCut() const;
};

/// Opens the files and reads them to the end.
Reading Read(const std::vector<std::string>& paths, const CaptureFilter& filter = {});

/// The Error of opening them; fails the test if they open.
Error OpenError(const std::vector<std::string>& paths, const CaptureFilter& filter = {});

}  // namespace trafrec::capture
