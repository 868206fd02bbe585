#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trafrec::store {

/// The fact `source` of an attempt that replaces values in JSON bodies says which: who reads the
/// bodies must know, since numbers do not show that they were replaced.
std::string WithRedactedPointers(std::string source, const std::vector<std::string>& pointers);

/// The pointers that such a fact names.
std::vector<std::string> RedactedPointersIn(std::string_view source);

}  // namespace trafrec::store
