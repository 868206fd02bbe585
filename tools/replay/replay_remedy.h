#pragma once

#include <string>

#include "base/error.h"
#include "tools/replay/replay_options.h"

namespace trafrec::tools {

/// What goes on with the run, to be copied.
std::string ResumeCommand(const ReplayOptions& options);

/// An error of a run with what its parts cannot know: the command that goes on, that the disk is
/// full, what to do without a ledger.
Error WithRemedy(Error error, const ReplayOptions& options);

}  // namespace trafrec::tools
