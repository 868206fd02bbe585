#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

// Where things lie in a log: LOG/log.json, LOG/<recorder>/lock,
// LOG/<recorder>/<attempt>/NNNNNN.{open,sealing,sqlite}.

namespace trafrec::store {

/// Version of the directory's layout, `format` in log.json. Readers refuse a greater one.
inline constexpr int kLogFormat = 1;

struct LogIdentity {
  int format = kLogFormat;
  std::string log_id;  ///< 128 random bits in hex
  TimeNs created_at = 0;
};

/// Reads LOG/log.json. Fails if there is no such directory, it is no log, or a newer one.
Result<LogIdentity> ReadLogIdentity(const std::filesystem::path& log);

/// As ReadLogIdentity, but makes the log (and its parents) where there is nothing or an empty
/// directory. Two makers at one time agree on one identity.
Result<LogIdentity> OpenOrMakeLog(const std::filesystem::path& log);

/// There is no log, and OpenOrMakeLog would make one: the folder is empty or does not exist.
Result<bool> CanBecomeLog(const std::filesystem::path& log);

enum class SegmentState : uint8_t {
  kOpen,     ///< .open: being written (WAL), or left by a dead recorder
  kSealing,  ///< .sealing: complete and checkpointed, waits for a reader to let go
  kSealed,   ///< .sqlite: never changes again
};

struct SegmentFile {
  uint32_t number = 0;  ///< 1, 2, … within the attempt
  SegmentState state = SegmentState::kOpen;
  std::filesystem::path path;
};

/// "000001.open"
std::string SegmentFileName(uint32_t number, SegmentState state);
/// "0001"
std::string AttemptDirectoryName(uint32_t attempt);

/// [a-z0-9][a-z0-9._-]{0,62}: a folder's name, and the first part of exchange ids.
bool IsRecorderName(const std::string& name);

/// Names of the recorders in a log, sorted. Folders that are none are left out.
Result<std::vector<std::string>> ListRecorders(const std::filesystem::path& log);
/// Numbers of a recorder's attempts, ascending.
Result<std::vector<uint32_t>> ListAttempts(const std::filesystem::path& recorder_directory);
/// Segments of one attempt in the order of their numbers.
Result<std::vector<SegmentFile>> ListSegments(const std::filesystem::path& attempt_directory);

/// Removes a segment's file with those that SQLite keeps beside it, as far as that succeeds.
void RemoveSegment(const std::filesystem::path& path);

/// What a segment's header says. An open segment of a live attempt is in WAL mode; one without
/// belongs to a finite job, or is about to be sealed.
bool IsInWalMode(const std::filesystem::path& segment);

/// Numbers of an attempt's files that are named by six digits or more and `suffix`, ascending.
Result<std::vector<uint32_t>> ListNumbers(const std::filesystem::path& attempt_directory,
                                          std::string_view suffix);

/// A name of a network file system ("NFS"), if statfs's magic number is one's.
std::optional<std::string> NetworkFileSystemName(uint64_t magic);
/// Fails if `path` lies on a network file system, where SQLite's WAL cannot work.
Status RequireLocalFileSystem(const std::filesystem::path& path);

}  // namespace trafrec::store
