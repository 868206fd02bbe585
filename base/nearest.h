#pragma once

#include <string>
#include <vector>

namespace trafrec {

/// Of `names`, the one most like `wrong`, which somebody mistyped; "" if none is near.
std::string Nearest(const std::string& wrong, const std::vector<std::string>& names);

}  // namespace trafrec
