#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace trafrec::reconcile {

/// What the source says of one generation when it fsyncs: translog.ckp of the one it writes,
/// translog-N.ckp of an older one.
struct TranslogCheckpoint {
  uint64_t offset = 0;  ///< of the file, so much is on the disk
  uint32_t operations = 0;
  uint64_t generation = 0;
  int64_t min_seq_no = -1;  ///< in this generation; -1: it is empty
  int64_t max_seq_no = -1;
  int64_t global_checkpoint = -2;  ///< as this copy of the shard knows it
  uint64_t min_generation = 0;     ///< older ones are not needed any more
  /// Later operations of this generation were rolled back when another copy became primary; -2:
  /// none were.
  int64_t trimmed_above_seq_no = -2;

  bool trims() const { return trimmed_above_seq_no != -2; }
};

/// Why it is none, if it is none. Verifies the checksum.
std::expected<TranslogCheckpoint, std::string> ReadCheckpoint(std::string_view bytes);

}  // namespace trafrec::reconcile
