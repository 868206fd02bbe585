#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::bench {

/// A capture file under construction: pcap with nanoseconds, Ethernet. Owns the clock: each packet
/// is at least a microsecond later than the one before.
class CaptureFile {
 public:
  /// Exits with a sentence if the file cannot be made: a bench has nobody to hand an error to.
  CaptureFile(const std::string& path, int64_t start_ns);
  ~CaptureFile();
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  /// Moves the clock forward to `time_ns`, never back.
  void AdvanceTo(int64_t time_ns);
  int64_t now_ns() const { return now_ns_; }
  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }

  void Write(std::string_view headers, std::string_view payload);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void Append(std::string_view bytes);
  void Flush();

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string buffer_;
  int64_t now_ns_;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
};

enum class From : uint8_t { kClient = 0, kServer = 1 };

/// One TCP connection over IPv4 and Ethernet as two well-behaved Linux hosts make it: handshake
/// with options, timestamps, segments of at most 1500 bytes, an ACK for every second segment, right
/// checksums.
class Connection {
 public:
  /// `number` gives the client its address and port; the server is always 10.2.0.1:9200.
  Connection(CaptureFile& file, uint32_t number, uint32_t client_isn, uint32_t server_isn);

  void Open();
  /// Sends up to `segments_max` segments of `data` and returns how many bytes that was. `last` says
  /// that `data` ends a message, so its last segment carries PSH.
  size_t Send(From from, std::string_view data, size_t segments_max, bool last);
  /// A bare ACK, if anything received is not acknowledged yet.
  void Acknowledge(From from);
  void Close();

  static constexpr size_t kSegmentBytes = 1448;  ///< 1500 less IPv4, TCP and its timestamps

 private:
  struct Host {
    uint32_t address = 0;
    uint16_t port = 0;
    uint32_t next_seq = 0;
    uint32_t acked = 0;  ///< the last ACK number it sent
    uint16_t ip_id = 0;
    uint32_t last_timestamp = 0;
    uint8_t unacked_segments = 0;
  };

  void Segment(From from, uint8_t tcp_flags, std::string_view payload);

  CaptureFile& file_;
  Host hosts_[2];
  std::string headers_;
};

}  // namespace trafrec::bench
