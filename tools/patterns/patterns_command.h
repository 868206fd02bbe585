#pragma once

#include <memory>

#include "tools/command.h"

namespace trafrec::patterns {

std::unique_ptr<tools::Command> MakePatternsCommand();

}  // namespace trafrec::patterns
