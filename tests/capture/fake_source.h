#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/packet_source.h"

namespace trafrec::capture {

/// A source that does what a test tells it: step after step, on the capture thread.
class FakeSource : public PacketSource {
 public:
  using Step = std::function<Result<bool>(FakeSource&, PacketBatch&)>;

  FakeSource(bool live, std::vector<Step> steps) : live_(live), steps_(std::move(steps)) {}

  Result<bool> Next(PacketBatch& batch) override {
    batch.Clear();
    if (next_ == steps_.size()) {
      return false;
    }
    return steps_[next_++](*this, batch);
  }
  void Stop() override { next_ = steps_.size(); }
  bool live() const override { return live_; }
  std::string InterfaceName(uint16_t /*interface*/) const override { return "fake0"; }
  SourceDrops drops() override { return dropped; }
  std::vector<SourceWarning> TakeWarnings() override { return std::exchange(warnings, {}); }
  uint64_t bytes_read() const override { return 0; }
  uint64_t bytes_total() const override { return 0; }

  CaptureFilter filter() const override { return current; }
  Result<FilterChange> ChangeFilter(const CaptureFilter& filter) override {
    const TimeNs now = WallClockNow();
    return FilterChange{.before = std::exchange(current, filter), .from = now, .until = now};
  }

  /// For a step: it is also the next one.
  void DoAgain() { --next_; }

  CaptureFilter current;
  SourceDrops dropped;
  std::vector<SourceWarning> warnings;

  /// Gives packets at these times, each of `bytes` bytes.
  static Step Packets(std::vector<TimeNs> times, size_t bytes = 100) {
    return [times, bytes](FakeSource&, PacketBatch& batch) -> Result<bool> {
      batch.storage.resize(bytes);
      for (const TimeNs at : times) {
        batch.packets.push_back({.at = at,
                                 .bytes = batch.storage,
                                 .wire_bytes = static_cast<uint32_t>(bytes),
                                 .link_type = 1});
        batch.bytes += bytes;
      }
      return true;
    };
  }
  /// Does something, and gives no packets.
  static Step Do(std::function<void(FakeSource&)> action) {
    return [action](FakeSource& source, PacketBatch&) -> Result<bool> {
      action(source);
      return true;
    };
  }
  static Step FailWith(const std::string& what) {
    return [what](FakeSource&, PacketBatch&) -> Result<bool> { return Fail(ErrorCode::kIo, what); };
  }

 private:
  const bool live_;
  const std::vector<Step> steps_;
  size_t next_ = 0;
};

}  // namespace trafrec::capture
