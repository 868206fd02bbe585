#pragma once

#include <chrono>
#include <cstddef>

namespace trafrec::jq::limits {

/// Containers in each other, of input and result. jq itself reads 256; it frees what is deeper by
/// recursion.
inline constexpr size_t kDepth = 512;
/// Neighbours of a double that are tried as the stand-in of one number. Taken ones are those of
/// other numbers in the same text.
inline constexpr int kStandIns = 10'000;
/// How long a program may take for one text, if nobody says. It stands between the log and the
/// sender, as a filter does, and may think as long as one.
inline constexpr std::chrono::milliseconds kRunTime{10'000};
/// How often programs are looked at that may have to be halted: as soon as a person notices.
inline constexpr std::chrono::milliseconds kLookEvery{100};

}  // namespace trafrec::jq::limits
