#include "replay/census/comparison.h"

#include <cstdlib>
#include <string_view>

#include "replay/dialect/key.h"

namespace trafrec::census {
namespace {

int64_t ExpectedOf(const ledger::IndexCount& count) {
  return (count.since.emptied ? 0 : count.at_start) + count.since.created - count.since.deleted;
}

/// More was taken away than was there: so an operation called something else, an alias.
bool IsNoIndex(std::string_view name, const ledger::IndexCount& count) {
  return name.find('*') != std::string_view::npos || ExpectedOf(count) < 0;
}

/// Operations that may have changed the index, and do not say by how much.
int64_t UnclearOf(const std::string& index,
                  const std::map<std::string, ledger::IndexCount>& known) {
  int64_t unclear = 0;
  for (const auto& [name, count] : known) {
    if (name == index || dialect::NameFits(name, index)) {
      unclear += count.since.unclear;
    } else if (ExpectedOf(count) < 0) {
      unclear += count.since.unclear + 1;
    }
  }
  return unclear;
}

}  // namespace

void CountBefore(const std::map<std::string, ledger::IndexCount>& known, Comparison& into) {
  for (const auto& [index, count] : known) {
    into.used += count.at_start > 0 ? 1 : 0;
    into.before += count.at_start;
  }
}

void Compare(const std::string& target, const std::map<std::string, ledger::IndexCount>& known,
             const Counts& found, Comparison& into) {
  for (const auto& [index, count] : known) {
    if (count.since == ledger::IndexChange{} || IsNoIndex(index, count)) {
      continue;
    }
    const auto there = found.find(index);
    const int64_t documents = there == found.end() ? 0 : there->second;
    ++into.indices;
    into.documents += documents;
    if (std::abs(documents - ExpectedOf(count)) > count.since.assumed) {
      into.differences.push_back({.target = target,
                                  .index = index,
                                  .expected = ExpectedOf(count),
                                  .found = documents,
                                  .known = count,
                                  .unclear = UnclearOf(index, known)});
    }
  }
}

}  // namespace trafrec::census
