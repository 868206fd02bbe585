#pragma once

#include <memory>

#include "tools/command.h"

namespace trafrec::tools {

std::unique_ptr<Command> MakeCompareCommand();

}  // namespace trafrec::tools
