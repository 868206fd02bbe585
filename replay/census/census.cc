#include "replay/census/census.h"

#include <algorithm>
#include <string>
#include <utility>

#include "replay/census/asking.h"

namespace trafrec::census {
namespace {

/// In the ledger's marks: kCounted, or why not.
constexpr std::string_view kMark = "documents of ";
constexpr std::string_view kCounted = "counted";
constexpr std::string_view kTooLate = "they were not counted when the run began";

/// Targets of one URL are one, under the name of the first.
const std::string& NameOf(const send::Target& target, const std::vector<send::Target>& targets) {
  return std::ranges::find(targets, target.url, &send::Target::url)->name;
}

using Known = std::map<std::string, ledger::IndexCount>;

std::map<std::string, Known> ByTarget(const std::map<ledger::TargetIndex, ledger::IndexCount>& all,
                                      const std::vector<send::Target>& targets) {
  std::map<std::string, Known> by_target;
  for (const auto& [at, count] : all) {
    const auto target = std::ranges::find(targets, at.first, &send::Target::name);
    if (target == targets.end()) {
      continue;  // a file of edits without it is another run's
    }
    ledger::IndexCount& sum = by_target[NameOf(*target, targets)][at.second];
    sum.at_start += count.at_start;
    sum.since.Add(count.since);
  }
  return by_target;
}

/// Names that a refresh can take.
std::vector<std::string> ChangedIn(const Known& known) {
  std::vector<std::string> changed;
  for (const auto& [index, count] : known) {
    if (count.since != ledger::IndexChange{} && index.find('*') == std::string::npos) {
      changed.push_back(index);
    }
  }
  return changed;
}

}  // namespace

Status CountAtStart(const std::vector<send::Target>& targets, ledger::LedgerWriter& ledger,
                    ledger::LedgerReader& memory) {
  TRY_ASSIGN(const auto marks, memory.Marks());
  TRY_ASSIGN(const auto position, memory.ReadPosition(ledger.range()));
  TRY_ASSIGN(const auto doubts, memory.InDoubt());
  const bool too_late = position.has_value() || !doubts.empty();
  ledger::Batch batch;
  for (const send::Target& target : targets) {
    std::string mark = std::string(kMark) + target.name;
    const auto earlier = marks.find(mark);
    const bool asked = earlier != marks.end() && (earlier->second == kCounted || too_late);
    if (asked || NameOf(target, targets) != target.name) {
      continue;
    }
    if (too_late) {
      batch.marks.emplace_back(std::move(mark), kTooLate);
      continue;
    }
    const Counted counted = AskTarget(target, {});
    batch.marks.emplace_back(std::move(mark), counted ? std::string(kCounted) : counted.error());
    for (const auto& [index, documents] : counted ? *counted : Counts()) {
      batch.at_start[{target.name, index}] = documents;
    }
  }
  return batch.empty() ? Status() : ledger.Commit(batch);
}

Result<Comparison> CountAtEnd(const std::vector<send::Target>& targets,
                              ledger::LedgerReader& memory) {
  TRY_ASSIGN(const auto marks, memory.Marks());
  TRY_ASSIGN(const auto all, memory.IndexCounts());
  Comparison comparison;
  for (const auto& [name, known] : ByTarget(all, targets)) {
    CountBefore(known, comparison);
    const std::vector<std::string> changed = ChangedIn(known);
    if (changed.empty()) {
      continue;
    }
    const auto mark = marks.find(std::string(kMark) + name);
    if (mark == marks.end() || mark->second != kCounted) {
      comparison.unknown[name] = mark == marks.end() ? kTooLate : mark->second;
      continue;
    }
    const Counted found =
        AskTarget(*std::ranges::find(targets, name, &send::Target::name), changed);
    if (found) {
      Compare(name, known, *found, comparison);
    } else {
      comparison.unknown[name] = found.error();
    }
  }
  return comparison;
}

}  // namespace trafrec::census
