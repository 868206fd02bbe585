#pragma once

#include <memory>

#include "tools/command.h"

namespace trafrec::tools {

std::unique_ptr<Command> MakeReconcileCommand();

}  // namespace trafrec::tools
