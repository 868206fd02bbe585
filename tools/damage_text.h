#pragma once

#include <string>
#include <vector>

#include "store/reader/log_reader.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// A line each, behind `before`.
std::string DamageLines(const std::vector<store::Damage>& damages, std::string_view before);
/// An array of objects with file and what.
void AppendDamages(JsonAppender& json, const char* name, const std::vector<store::Damage>& damages);

}  // namespace trafrec::tools
