#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace trafrec::test_support {

/// What breaks the rules of HAR 1.2 (softwareishard.com, "HAR 1.2 Spec") in a file: fields that are
/// missing, of the wrong type, or neither the format's nor marked as custom by an underscore. A
/// sentence each; none for a valid file.
std::vector<std::string> HarTroubles(const nlohmann::json& har);

}  // namespace trafrec::test_support
