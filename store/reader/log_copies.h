#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::store {

/// Looks whether folders can be read as one log. What a person should know comes as sentences:
/// folders of different log ids (recorders on machines of their own make a log each, so that is no
/// error), and segments that are in none of them. Two contents of one attempt are an Error, for ids
/// would have two meanings.
Result<std::vector<std::string>> CheckCopies(const std::vector<std::filesystem::path>& folders);

}  // namespace trafrec::store
