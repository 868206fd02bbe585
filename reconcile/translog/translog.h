#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "reconcile/translog/checkpoint.h"
#include "reconcile/translog/operation.h"

namespace trafrec::reconcile {

/// Bytes that contradict their checksum, the checkpoint or the format, or are missing.
struct TranslogDamage {
  std::string file;
  uint64_t offset = 0;
  std::string what;
};

/// What a translog folder is, beside its operations.
struct TranslogReport {
  std::string uuid;  ///< of the translog; "" if no header could be read
  /// Of the generation that the source writes; nothing if it is missing or damaged (a damage, too):
  /// then no operation is `synced`.
  std::optional<TranslogCheckpoint> checkpoint;
  uint64_t generations = 0;  ///< that were read
  uint64_t operations = 0;   ///< that were visited
  uint64_t unsynced = 0;     ///< of these
  uint64_t trimmed = 0;      ///< left out, since another primary rolled them back
  uint64_t retired = 0;      ///< files of generations that are not needed any more: not read
  /// The last file ends in the middle of an operation that no checkpoint covers: the source was
  /// writing, or crashed. Not a damage.
  std::optional<TranslogDamage> torn_tail;
  std::vector<TranslogDamage> damages;  ///< the first ones
  uint64_t more_damages = 0;

  /// Whether all operations that the checkpoint speaks of were visited.
  bool whole() const { return checkpoint && damages.empty(); }
};

/// An Error of it ends the reading.
using TranslogVisitor = std::function<Status(const TranslogOperation&)>;

/// Reads a shard's translog folder, oldest generation first. A sequence number may come twice, when
/// another copy became primary: the later primary term is what remained. Memory: one operation. An
/// Error if there is no translog, or the system or the visitor fails; damage is none.
Result<TranslogReport> ReadTranslog(const std::filesystem::path& folder,
                                    const TranslogVisitor& visit);

/// "translog-7.tlog, byte 4711: the checksum of an operation is wrong".
std::string InWords(const TranslogDamage& damage);

}  // namespace trafrec::reconcile
