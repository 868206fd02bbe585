#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/support/packets.h"

namespace trafrec::test_support {

struct FileCloser {
  void operator()(std::FILE* file) const;
};
using OwnedFile = std::unique_ptr<std::FILE, FileCloser>;

enum class ByteOrder : uint8_t { kLittle, kBig };

/// Writes a classic pcap file; whole and closed when destroyed. Aborts if the disk refuses.
class PcapWriter {
 public:
  struct Options {
    uint16_t link_type = reassembly::kLinkEthernet;
    bool nanoseconds = true;
    ByteOrder order = ByteOrder::kLittle;
    uint32_t snaplen = 262'144;
  };

  explicit PcapWriter(const std::filesystem::path& path) : PcapWriter(path, Options{}) {}
  PcapWriter(const std::filesystem::path& path, const Options& options);

  void Write(const RawPacket& packet);
  void Write(std::span<const RawPacket> packets);
  /// Hands what was written to who reads the file already: a named pipe.
  void Flush();

 private:
  Options options_;
  OwnedFile file_;
};

/// Writes a pcapng file: one section, interfaces as given, an enhanced packet block for each
/// packet. RawPacket::interface says which.
class PcapngWriter {
 public:
  struct Interface {
    uint16_t link_type = reassembly::kLinkEthernet;
    std::string name{};    ///< "": none given
    int decimals = 9;      ///< time resolution 10^-decimals s; 6 is the format's default and is
                           ///< then not written
    int64_t offset_s = 0;  ///< if_tsoffset
    uint32_t snaplen = 262'144;
  };

  PcapngWriter(const std::filesystem::path& path, std::vector<Interface> interfaces,
               ByteOrder order = ByteOrder::kLittle);

  void Write(const RawPacket& packet);
  void Write(std::span<const RawPacket> packets);
  /// A new section with the same interfaces.
  void NewSection();
  /// A block of any type with this body (padded to four bytes).
  void WriteBlock(uint32_t type, Bytes body);

 private:
  std::vector<Interface> interfaces_;
  ByteOrder order_;
  OwnedFile file_;
};

}  // namespace trafrec::test_support
