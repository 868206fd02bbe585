#pragma once

#include <cstddef>
#include <cstdint>

#include "import/byte_source.h"

namespace trafrec::import {

/// How far an object reaches, judged by its brackets and strings alone.
struct ObjectEnd {
  enum class Kind : uint8_t {
    kWhole,
    kCut,      ///< the file ends in it
    kBroken,   ///< a character that JSON does not have there
    kTooDeep,  ///< more than limits::kJsonDepth
    kTooLarge  ///< more than limits::kRecordBytes
  };
  Kind kind = Kind::kWhole;
  size_t size = 0;  ///< with its brackets; if not whole: how far it was looked at
};

/// Finds the end of the object that begins at the source's place, with '{'. Moves nothing.
Result<ObjectEnd> FindObjectEnd(ByteSource& source);

enum class HarEntrance : uint8_t {
  kFound,
  kCut,  ///< the file ends before
  kNone  ///< this is no such document
};

/// Moves to the first character after `"log": { … "entries": [`.
Result<HarEntrance> EnterHarEntries(ByteSource& source);

}  // namespace trafrec::import
