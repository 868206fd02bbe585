#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/stop_event.h"

namespace trafrec::capture {

/// The bytes of one capture file as one window after another: mapped pieces of a plain file, or
/// buffers that a pipe or a decompressor fills. What lies in a window stays where it is as long as
/// somebody holds its owner, so packets are never copied. Used by the capture thread.
class Input {
 public:
  enum class State : uint8_t {
    kReady,    ///< the bytes asked for are there
    kPending,  ///< they would have to be waited for
    kEnd,      ///< there are fewer, and no more will come
  };

  virtual ~Input() = default;

  /// The window's rest: [at(), at() + available()).
  const uint8_t* at() const { return at_; }
  size_t available() const { return static_cast<size_t>(end_ - at_); }
  /// Keeps the window alive.
  const std::shared_ptr<const void>& owner() const { return owner_; }
  /// Place of at() in the capture (after decompression), bytes.
  uint64_t offset() const { return offset_; }

  /// Makes at least `bytes` available, in a new window if need be; earlier windows stay valid for
  /// their owners only. Returns kPending instead of waiting unless `may_wait`.
  Result<State> Want(size_t bytes, bool may_wait) {
    if (skip_ == 0 && available() >= bytes) {
      return State::kReady;
    }
    return Refill(bytes, may_wait);
  }

  /// Goes on behind the next `bytes`, which may reach beyond the window.
  void Skip(size_t bytes) {
    const size_t here = bytes < available() ? bytes : available();
    at_ += here;
    offset_ += here;
    skip_ += bytes - here;
  }
  /// At the end: the input ended inside what was to be skipped.
  bool ended_in_skip() const { return skip_ > 0; }

  /// Why the bytes end here though more should follow ("invalid block type"); empty if they just
  /// end.
  const std::string& damage() const { return damage_; }

  const std::string& name() const { return name_; }
  /// Bytes of the file read and in all, compressed as they are; 0 in all: unknown.
  virtual uint64_t raw_bytes_read() const = 0;
  virtual uint64_t raw_bytes_total() const = 0;

 protected:
  explicit Input(std::string name) : name_(std::move(name)) {}

  virtual Result<State> Refill(size_t bytes, bool may_wait) = 0;

  std::string name_;
  std::shared_ptr<const void> owner_;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint64_t offset_ = 0;
  size_t skip_ = 0;
  std::string damage_;
};

/// Opens a file, or standard input for "-". Plain files are mapped, everything else is read through
/// a buffer; gzip and zstd are told by their first bytes. Fails with a sentence for what cannot be
/// read, a directory, and an empty file. `stop` ends waiting, and must outlive the input.
Result<std::unique_ptr<Input>> OpenInput(const std::string& path, const StopEvent& stop);

}  // namespace trafrec::capture
