#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "capture/recorder.h"
#include "store/files/file_calls.h"
#include "tests/capture/fake_source.h"
#include "tests/capture/recording.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"

namespace trafrec::capture {
namespace {

using test_support::WaitUntil;

/// A disk that, once told so, answers nothing that the log's writer asks it about its room.
class StuckDisk : public store::FileCalls {
 public:
  StuckDisk() { store::UseFileCalls(this); }
  ~StuckDisk() override { store::UseFileCalls(nullptr); }

  int Space(const char* path, struct statvfs* found) override {
    waiting_ = stuck_.load();
    stuck_.wait(true);
    return FileCalls::Space(path, found);
  }
  void Stick() { stuck_ = true; }
  void GoOn() {
    stuck_ = false;
    stuck_.notify_all();
  }
  bool waiting() const { return waiting_; }

 private:
  std::atomic<bool> stuck_ = false;
  std::atomic<bool> waiting_ = false;
};

/// A live recording of a silent wire, and the newest look at its turns.
class SilentRecording {
 public:
  explicit SilentRecording(const std::filesystem::path& log)
      : recorder_(Options(log), std::make_unique<FakeSource>(true, std::vector{Silence()})),
        thread_([this] {
          const auto summary = recorder_.Run(
              [this](const RecorderProgress& progress) {
                const std::lock_guard lock(mutex_);
                turns_ = progress.turns;
                ++looks_;
              },
              {});
          EXPECT_TRUE(summary) << summary.error().what;
        }) {}
  ~SilentRecording() {
    end_ = true;
    thread_.join();
  }

  Turns turns() const {
    const std::lock_guard lock(mutex_);
    return turns_;
  }
  /// Waits until a look was taken that began after the call.
  void WaitForNewLook() const {
    const uint64_t before = looks_;
    WaitUntil("it is looked at again", [&] { return looks_ >= before + 2; });
  }

 private:
  static RecorderOptions Options(const std::filesystem::path& log) {
    RecorderOptions options = OptionsFor(log);
    options.progress_interval_ms = 5;
    return options;
  }
  FakeSource::Step Silence() {
    return [this](FakeSource& source, PacketBatch&) -> Result<bool> {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // as a silent wire does
      if (!end_) {
        source.DoAgain();
      }
      return true;
    };
  }

  std::atomic<bool> end_ = false;
  mutable std::mutex mutex_;
  Turns turns_;
  std::atomic<uint64_t> looks_ = 0;
  Recorder recorder_;
  std::thread thread_;
};

bool AllMoved(const Turns& before, const Turns& now) {
  return now.capture > before.capture && now.reassembly > before.reassembly &&
         now.store > before.store;
}

TEST(Turns, OfEachThreadGoOnInSilence) {
  const test_support::TemporaryFolder folder;
  const SilentRecording recording(folder / "log");
  for (int round = 0; round < 2; ++round) {
    const Turns before = recording.turns();
    WaitUntil("each thread moves", [&] { return AllMoved(before, recording.turns()); });
  }
}

TEST(Turns, OfAStuckWriterStandStill) {
  const test_support::TemporaryFolder folder;
  StuckDisk disk;
  const SilentRecording recording(folder / "log");
  disk.Stick();
  WaitUntil("the writer is stuck", [&] { return disk.waiting(); });
  recording.WaitForNewLook();
  const Turns stuck = recording.turns();
  WaitUntil("others move", [&] { return recording.turns().reassembly > stuck.reassembly + 5; });
  EXPECT_EQ(recording.turns().store, stuck.store);
  disk.GoOn();
  WaitUntil("it goes on", [&] { return recording.turns().store > stuck.store; });
}

}  // namespace
}  // namespace trafrec::capture
