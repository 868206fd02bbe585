#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/codec/stream_decompressor.h"

namespace trafrec::import {

/// The bytes of a file or of standard input, decompressed if their first bytes say so, as a window
/// that moves forward. Holds what was asked for, and one read. One thread; `stop` is looked at
/// before each read, and while one waits.
class ByteSource {
 public:
  /// Readable behind the window, whatever they hold: simdjson looks at so many bytes at once.
  static constexpr size_t kPadding = 64;

  /// "-" is standard input. Fails with a sentence for what cannot be read, and for a folder.
  static Result<std::unique_ptr<ByteSource>> Open(const std::string& path,
                                                  const std::atomic<bool>& stop);
  /// A text in memory, for tests.
  static std::unique_ptr<ByteSource> OfText(std::string text);

  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  /// All bytes that are there from the present place on: at least `bytes`, or all to the end. Valid
  /// until the next call.
  Result<std::string_view> Want(size_t bytes);
  /// Goes on behind the next `bytes`, which are in the window.
  void Skip(size_t bytes);

  /// Present place in the (decompressed) file.
  uint64_t offset() const { return offset_; }
  /// Why the bytes end where they do, if more should follow; "" if they just end.
  const std::string& damage() const { return damage_; }
  const std::string& name() const { return name_; }
  uint64_t raw_bytes_read() const { return raw_bytes_read_; }
  /// 0: unknown.
  uint64_t raw_bytes_total() const { return raw_bytes_total_; }

 private:
  ByteSource(std::string name, int descriptor, uint64_t total, const std::atomic<bool>& stop)
      : name_(std::move(name)), descriptor_(descriptor), raw_bytes_total_(total), stop_(stop) {}

  Status Fill();
  Status FillDecompressed();
  Result<size_t> Read(std::span<uint8_t> room);
  void MakeRoom(size_t bytes);

  const std::string name_;
  const int descriptor_;
  const uint64_t raw_bytes_total_;
  const std::atomic<bool>& stop_;
  std::vector<uint8_t> buffer_;  // the window is [at_, end_); kPadding more are there
  size_t at_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
  bool begun_ = false;
  bool raw_ended_ = false;
  bool ended_ = false;
  std::string damage_;
  uint64_t raw_bytes_read_ = 0;
  std::unique_ptr<store::StreamDecompressor> decompressor_;
  std::vector<uint8_t> raw_;  // compressed bytes that wait: [raw_at_, raw_end_)
  size_t raw_at_ = 0;
  size_t raw_end_ = 0;
};

}  // namespace trafrec::import
