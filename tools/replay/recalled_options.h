#pragma once

#include <string>

#include "base/error.h"
#include "tools/cli.h"

namespace trafrec::tools {

/// What a run keeps of the options of the call that begins it: all that a resume need not say
/// again. Not what is of one call only: how long it goes on, and how it is told of. Names of files
/// are made absolute.
OptionValues KeptOptions(const OptionValues& given);

/// Of a run that goes on: gives the options that this call did not give the values that the run was
/// begun with. An Error names a target, file of edits or transform that is another one now.
Status RecallOptions(const std::string& run, const Cli& cli);

}  // namespace trafrec::tools
