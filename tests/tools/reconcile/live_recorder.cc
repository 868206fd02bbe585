#include "tests/tools/reconcile/live_recorder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "tests/support/packets.h"

namespace trafrec::test_support {

/// Waits for packets as an interface does.
class LiveRecorder::Wire : public capture::PacketSource {
 public:
  void Give(std::span<const RawPacket> packets) {
    const std::lock_guard lock(mutex_);
    const TimeNs now = WallClockNow();
    const TimeNs later = now - (began_ ? packets.front().at : packets.back().at);
    began_ = true;
    for (RawPacket packet : packets) {
      packet.at += later;
      coming_.push_back(std::move(packet));
    }
    given_.notify_all();
  }

  Result<bool> Next(capture::PacketBatch& batch) override {
    std::unique_lock lock(mutex_);
    batch.Clear();
    given_.wait_for(lock, std::chrono::milliseconds(20),
                    [this] { return stopped_ || !coming_.empty(); });
    const auto kept = std::make_shared<std::vector<RawPacket>>(std::exchange(coming_, {}));
    for (const RawPacket& packet : *kept) {
      batch.packets.push_back(AsPacket(packet));
      batch.bytes += packet.bytes.size();
    }
    batch.windows.push_back(kept);
    return !stopped_ || !kept->empty();
  }

  void Stop() override {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    given_.notify_all();
  }

  bool live() const override { return true; }
  std::string InterfaceName(uint16_t /*interface*/) const override { return "fed0"; }
  capture::SourceDrops drops() override { return {}; }
  std::vector<capture::SourceWarning> TakeWarnings() override { return {}; }
  uint64_t bytes_read() const override { return 0; }
  uint64_t bytes_total() const override { return 0; }
  capture::CaptureFilter filter() const override { return {}; }
  Result<capture::FilterChange> ChangeFilter(const capture::CaptureFilter& /*filter*/) override {
    return capture::FilterChange{};
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::vector<RawPacket> coming_;
  bool began_ = false;
  bool stopped_ = false;
};

namespace {

capture::RecorderOptions OptionsFor(const std::string& log) {
  capture::RecorderOptions options;
  options.log.log = log;
  options.log.recorder = "test";
  options.log.source = "interface fed0";
  options.log.live = true;
  options.abort_on_broken_sums = true;
  return options;
}

}  // namespace

LiveRecorder::LiveRecorder(const std::string& log)
    : wire_(new Wire), recorder_(OptionsFor(log), std::unique_ptr<capture::PacketSource>(wire_)) {
  thread_ = std::thread([this] {
    const auto summary = recorder_.Run({}, {});
    EXPECT_TRUE(summary) << summary.error().what;
  });
}

LiveRecorder::~LiveRecorder() { Ends(); }

void LiveRecorder::Sees(const SourceLog& source) {
  const std::span all(source.packets());
  if (seen_ < all.size()) {
    wire_->Give(all.subspan(seen_));
    seen_ = all.size();
  }
}

void LiveRecorder::Ends() {
  if (thread_.joinable()) {
    recorder_.Stop();
    thread_.join();
  }
}

}  // namespace trafrec::test_support
