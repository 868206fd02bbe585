#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// The moment at which one recorder saw the first byte of one message.
struct ClockSample {
  /// Same for all recorders: addresses, ports, side, sequence number; or a sentinel's nonce, side.
  uint64_t message = 0;
  TimeNs at = 0;
  bool response = false;
};

/// Samples of one recorder: of all its messages a share that is chosen by what they are, so that
/// two recorders choose the same ones.
class ClockSamples {
 public:
  /// `by_ports`: addresses are not looked at, because those of some recorder are encrypted.
  explicit ClockSamples(bool by_ports = false) : by_ports_(by_ports) {}

  /// Reads the segments of an attempt, all of them.
  Status Add(SegmentFiles& files, const AttemptSnapshot& attempt);

  /// Of one message in how many (a power of two).
  uint64_t share() const { return share_; }
  /// Of one in `share` only, sorted by message; each message once.
  std::vector<ClockSample> Take(uint64_t share) const;

 private:
  Status AddSegment(SegmentFiles& files, const AttemptKey& attempt, uint32_t segment);
  Status AddSentinels(SegmentConnection& connection);
  Status AddRows(SegmentConnection& connection, uint64_t from, uint64_t to);
  void Thin();

  bool by_ports_;
  uint64_t share_ = 1;
  std::vector<ClockSample> samples_;
};

/// The samples of every recorder.
Result<std::map<std::string, ClockSamples>> TakeClockSamples(
    SegmentFiles& files, const std::vector<AttemptSnapshot>& attempts);

}  // namespace trafrec::store
