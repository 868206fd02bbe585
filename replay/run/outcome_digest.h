#pragma once

#include <cstdint>
#include <string_view>

#include "replay/ledger/records.h"

namespace trafrec::replay {

/// One number for what became of all mutations: two runs of one log that ended alike have the same,
/// in whatever order the answers came and however often a run was resumed. Sums of hashes, in two
/// halves, so that a ledger's counter of 63 bits holds the sum over two thousand million
/// operations.
class OutcomeDigest {
 public:
  static constexpr std::string_view kLow = "outcome_digest_low";
  static constexpr std::string_view kHigh = "outcome_digest_high";

  void Add(const ledger::Outcome& outcome) {
    uint64_t hash = 0xcbf29ce484222325;
    const auto mix = [&hash](std::string_view text) {
      for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;  // FNV-1a
      }
    };
    mix(ledger::FormatAddress(outcome.at));
    mix("\n");
    mix(outcome.fate);
    low_ += static_cast<int64_t>(hash & kHalf);
    high_ += static_cast<int64_t>(hash >> 32U);
  }

  void Add(int64_t low, int64_t high) {
    low_ += low;
    high_ += high;
  }

  int64_t low() const { return low_; }
  int64_t high() const { return high_; }
  uint64_t value() const {
    return (static_cast<uint64_t>(high_) & kHalf) << 32U | (static_cast<uint64_t>(low_) & kHalf);
  }

 private:
  static constexpr uint64_t kHalf = 0xffff'ffff;

  int64_t low_ = 0;
  int64_t high_ = 0;
};

}  // namespace trafrec::replay
