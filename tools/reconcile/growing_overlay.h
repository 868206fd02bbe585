#pragma once

#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// An overlay that is written again and again, each time as if for the first time: what was in it
/// before, and the verdicts of now. Who opens it sees one of its states, whole. One thread.
class GrowingOverlay {
 public:
  /// An Error if the file is there and is no overlay of that log.
  static Result<GrowingOverlay> Open(const std::filesystem::path& file,
                                     const std::filesystem::path& log);

  /// An Error if somebody else has written the file since.
  Status Write(store::LogReader& reader, const reconcile::History& history,
               const reconcile::Judgement& judgement, bool presumed);

 private:
  GrowingOverlay(std::filesystem::path file, std::filesystem::path log)
      : file_(std::move(file)), log_(std::move(log)) {}

  struct Identity {
    ino_t inode = 0;  ///< 0: there is no file
    int64_t size = 0;
    int64_t changed_ns = 0;

    friend bool operator==(const Identity&, const Identity&) = default;
  };

  static Identity IdentityOf(const std::filesystem::path& file);

  std::filesystem::path file_;
  std::filesystem::path log_;
  FileDescriptor before_;  ///< what was there at first
  Identity last_{};
};

}  // namespace trafrec::tools
