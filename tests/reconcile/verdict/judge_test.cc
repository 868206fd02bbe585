#include "reconcile/verdict/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/reconcile/verdict/simulated_index.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

/// Histories that a test goes through; `tools/dev soak reconcile` asks for more.
uint64_t Histories() {
  const char* asked = std::getenv("TRAFREC_HISTORIES");
  return asked == nullptr ? 400 : std::strtoull(asked, nullptr, 10);
}

struct Tally {
  uint64_t right = 0;
  uint64_t superseded = 0;
  uint64_t open = 0;
};

TEST(Judge, NeverSaysProvenWhatWasNotSoWhateverTheHistory) {
  Tally tally;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed);
    const Judgement judgement = Judge(index.seen());
    ASSERT_EQ(judgement.findings.size(), index.seen().questions.size());
    for (const Finding& finding : judgement.findings) {
      if (finding.verdict == Verdict::kSuperseded) {
        ++tally.superseded;
      } else if (finding.verdict == Verdict::kUnknown || finding.grade == Grade::kPresumed) {
        ++tally.open;
      } else {
        ++tally.right;
        const Question& question = index.seen().questions[finding.question];
        ASSERT_EQ(finding.verdict == Verdict::kCommitted, index.Committed(finding.question))
            << "seed " << seed << ", question " << finding.question << ": "
            << dialect::NameOf(question.kind) << " of " << question.document.id << ", "
            << finding.evidence.front().words;
      }
    }
  }
  // A judge who says nothing would be right, too.
  EXPECT_GT(tally.right, (tally.right + tally.open) / 3);
}

TEST(Judge, NeverFindsThatNoHistoryFits) {
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed);
    EXPECT_TRUE(Judge(index.seen()).notes.empty()) << "seed " << seed;
  }
}

TEST(Judge, CallsMissingOnlyWhatNobodyRecorded) {
  uint64_t found = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed);
    for (const MissingMutation& missing : Judge(index.seen()).missing) {
      ++found;
      ASSERT_TRUE(index.WasLost(missing.shard, missing.seq_no)) << "seed " << seed;
    }
  }
  EXPECT_GT(found, 0U);
}

TEST(Judge, SaysTheSameTwice) {
  const SimulatedIndex index(7);
  const Judgement first = Judge(index.seen());
  const Judgement second = Judge(index.seen());
  EXPECT_TRUE(
      std::ranges::equal(first.findings, second.findings, [](const Finding& a, const Finding& b) {
        return a.verdict == b.verdict && a.grade == b.grade && a.position == b.position;
      }));
}

}  // namespace
}  // namespace trafrec::reconcile
