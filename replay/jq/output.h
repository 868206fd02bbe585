#pragma once

#include <expected>
#include <string>

#include "replay/jq/input.h"
#include "replay/jq/value.h"

namespace trafrec::jq {

/// Whether two values differ in nothing but scalars.
bool Alike(const Value& a, const Value& b);

/// The text of a result: pieces of the input's text where nothing was computed. `marked` is the
/// result of the same program on the input with stand-ins, invalid if there is none. Or why it
/// cannot be written.
std::expected<std::string, std::string> TextOf(const Input& input, const Value& result,
                                               const Value& marked);

}  // namespace trafrec::jq
