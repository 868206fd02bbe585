#pragma once

#include <string>

#include "base/error.h"
#include "capture/recorder.h"
#include "tools/cli.h"

namespace trafrec::tools {

/// Lets a live recording take over the options that changed in the config file (or the variables)
/// since it began, as far as it can without losing a packet.
class Reload {
 public:
  /// `cli` has just been read; both outlive it.
  Reload(const Cli& cli, capture::Recorder& recorder);

  /// Reads all options again. The sentence says what holds now, and what would take a restart. An
  /// Error says what is wrong; nothing was changed then.
  Result<std::string> Run();

 private:
  const Cli& cli_;
  capture::Recorder& recorder_;
  OptionValues values_;  ///< that hold
};

}  // namespace trafrec::tools
