#pragma once

#include <string>
#include <string_view>

#include "tests/pipeline/conversation.h"

namespace trafrec::pipeline {

/// What a body is filled with.
struct BodyText {
  std::string_view name;       ///< of its exchange: the first bytes, and more of them later
  uint64_t segments_from = 0;  ///< in its flow: a segment begins there, and then each
  uint32_t segment_bytes = 0;  ///< so many bytes
  bool quotes = false;         ///< with HTTP messages, mostly at segment starts
  std::string_view said{};     ///< earlier messages, to be quoted too
};

/// Appends `bytes` bytes: random ones, text, or what a compressed body looks like.
void AppendBodyText(std::string& flow, uint64_t bytes, const BodyText& text, Random& random);

/// Random bytes; the same storage for all.
std::string_view RandomBytes(uint64_t bytes, Random& random);

}  // namespace trafrec::pipeline
