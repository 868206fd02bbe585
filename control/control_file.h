#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/time.h"

namespace trafrec::control {

inline constexpr const char* kControlFileName = "control.json";

/// What `control.json` says: where the process that writes here can be reached, and once it ended,
/// when and with what.
struct ControlFile {
  std::string socket;
  std::string host;  ///< name of the machine
  std::string boot;  ///< boot_id of its kernel: another one is another machine, or a later life
  int64_t process = 0;
  TimeNs started = 0;   ///< wall clock
  TimeNs ended = 0;     ///< wall clock; 0: it has not said so
  std::string summary;  ///< its last words: "recorded 12 exchanges"
};

/// Of this process, on this machine, now.
ControlFile ThisProcess(const std::string& socket);

/// The file holds either what it held before or all of this.
Status WriteControlFile(const std::filesystem::path& folder, const ControlFile& file);
/// kNotFound if there is none, kCorrupt if it is none of ours, kUnsupported if it is a newer one.
Result<ControlFile> ReadControlFile(const std::filesystem::path& folder);

}  // namespace trafrec::control
