#include "replay/run/source_lag.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <sstream>
#include <string_view>

namespace trafrec::replay {
namespace {

/// Names of counters and of a mark in the run's ledger.
constexpr std::string_view kLagCounter = "echo lag ";
constexpr const char* kUnanswered = "echo unanswered";
constexpr const char* kNegative = "echo negative";
constexpr const char* kLast = "echo last";

/// As exact as the histogram is: so many leading bits have a counter of their own, so that there
/// are at most some thousand counters, however long the run lasts.
constexpr int kLeadingBits = 7;

int64_t Rounded(int64_t ns) {
  const auto value = static_cast<uint64_t>(std::max<int64_t>(ns, 0));
  const int drop = std::max(0, static_cast<int>(std::bit_width(value)) - kLeadingBits);
  return static_cast<int64_t>((value >> drop) << drop);
}

}  // namespace

void SourceLag::Recall(const std::map<std::string, int64_t>& counters,
                       const std::map<std::string, std::string>& marks) {
  for (const auto& [name, count] : counters) {
    if (name == kUnanswered) {
      unanswered_ += static_cast<uint64_t>(count);
    } else if (name == kNegative) {
      negative_ += static_cast<uint64_t>(count);
    } else if (name.starts_with(kLagCounter)) {
      int64_t ns = 0;
      std::from_chars(name.data() + kLagCounter.size(), name.data() + name.size(), ns);
      spread_.Add(ns, static_cast<uint64_t>(count));
    }
  }
  if (const auto last = marks.find(kLast); last != marks.end()) {
    Sample sample;
    std::istringstream(last->second) >> sample.ns >> sample.at;
    last_ = sample;
  }
}

void SourceLag::Add(const Sample& sample, ledger::Batch& batch) {
  last_ = sample;
  const int64_t rounded = Rounded(sample.ns);
  spread_.Add(rounded);
  batch.counters.emplace_back(fmt::format("{}{}", kLagCounter, rounded), 1);
  batch.marks.emplace_back(kLast, fmt::format("{} {}", sample.ns, sample.at));
  if (sample.ns < 0) {
    ++negative_;
    batch.counters.emplace_back(kNegative, 1);
  }
}

void SourceLag::AddUnanswered(ledger::Batch& batch) {
  ++unanswered_;
  batch.counters.emplace_back(kUnanswered, 1);
}

}  // namespace trafrec::replay
