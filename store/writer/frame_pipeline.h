#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/format/frame.h"
#include "store/writer/log_writer.h"

namespace trafrec::store {

/// The bounded way from the reassembly thread to the writer: frames come out packed and in the
/// order in which they went in. Owns the compression threads; starts them as they are needed. One
/// thread pushes, one pops.
class FramePipeline {
 public:
  FramePipeline(Compression compression, int level, unsigned threads_max, size_t bytes_max);
  /// Frames that nobody popped are thrown away.
  ~FramePipeline();

  /// An empty frame, recycled if there is one.
  std::unique_ptr<Frame> NewFrame();
  /// Keeps it for NewFrame, or gives its memory back when enough are kept.
  void Recycle(std::unique_ptr<Frame> frame);

  /// Waits for room.
  void Push(std::unique_ptr<Frame> frame);
  /// True: Push of a frame of that size will not wait, because only Pop changes the room meanwhile.
  bool HasRoomFor(size_t bytes) const;

  /// The next frame, packed; null if there is none until `deadline`, or none will come any more.
  std::unique_ptr<Frame> Pop(std::chrono::steady_clock::time_point deadline);

  /// No more frames come in.
  void Close();
  bool closed_and_drained() const;
  /// 0 … 1.
  double fill() const;

 private:
  struct Slot {
    std::unique_ptr<Frame> frame;  // null while a compression thread has it
    size_t bytes;
    bool packed;
  };

  bool HasRoom(size_t bytes) const;
  void PushLocked(std::unique_ptr<Frame> frame);
  void PackFrames();

  const Compression compression_;
  const int level_;
  const unsigned threads_max_;
  const size_t bytes_max_;

  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable to_pack_;
  std::condition_variable packed_;
  std::deque<Slot> slots_;         // in order; slots_[0] has number first_
  uint64_t first_ = 0;             // number of the next frame to pop
  uint64_t next_to_pack_ = 0;      // number of the next frame that no thread has taken
  std::atomic<size_t> bytes_ = 0;  // changed under the mutex
  unsigned idle_threads_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
  std::vector<std::unique_ptr<Frame>> spare_;
  std::vector<std::thread> threads_;
};

}  // namespace trafrec::store
