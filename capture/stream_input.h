#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "capture/input.h"
#include "store/codec/stream_decompressor.h"

namespace trafrec::capture {

/// A pipe, or a file that cannot be mapped, decompressed if its first bytes say so. Holds one
/// buffer; the ones before belong to the batches whose packets lie in them.
class StreamInput : public Input {
 public:
  /// `raw_bytes_total`: of a regular file; 0 for a pipe.
  StreamInput(std::string name, FileDescriptor file, uint64_t raw_bytes_total,
              const StopEvent& stop);

  uint64_t raw_bytes_read() const override { return raw_bytes_read_; }
  uint64_t raw_bytes_total() const override { return raw_bytes_total_; }

 protected:
  Result<State> Refill(size_t bytes, bool may_wait) override;

 private:
  /// Leaves room for `bytes` from at_ on, in a new buffer if the present one is too short.
  void MakeRoom(size_t bytes);
  /// Appends what comes next, at least a byte unless it returns another state than kReady.
  Result<State> Append(bool may_wait);
  Result<State> AppendDecompressed(bool may_wait);
  /// One read() that does not wait longer than it may.
  Result<State> Read(std::span<uint8_t> room, size_t& got, bool may_wait);
  /// The first read, which shows how the stream is compressed.
  Result<State> Begin(bool may_wait);
  Result<State> ReadRaw(bool may_wait);
  void DropSkipped();

  const FileDescriptor file_;
  const uint64_t raw_bytes_total_;
  const StopEvent& stop_;
  uint64_t raw_bytes_read_ = 0;

  uint8_t* buffer_end_ = nullptr;  // of the room behind end_
  bool begun_ = false;
  bool raw_end_ = false;
  std::unique_ptr<store::StreamDecompressor> decompressor_;
  std::vector<uint8_t> raw_;  // read ahead: [raw_at_, raw_filled_)
  size_t raw_at_ = 0;
  size_t raw_filled_ = 0;
};

}  // namespace trafrec::capture
