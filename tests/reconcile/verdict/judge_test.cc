#include "reconcile/verdict/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "tests/reconcile/verdict/condensed.h"
#include "tests/reconcile/verdict/simulated_index.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

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

TEST(Judge, SaysNothingElseOfALongLogThanOfAllItsFacts) {
  uint64_t decided = 0;
  uint64_t lost = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed);
    const Judgement whole = Judge(index.seen());
    const Judgement condensed = Judge(Condensed(index.seen(), seed % 2 == 0 ? 20 : 1'000));
    ASSERT_EQ(whole.findings.size(), condensed.findings.size());
    for (size_t i = 0; i < whole.findings.size(); ++i) {
      const Finding& all = whole.findings[i];
      const Finding& few = condensed.findings[i];
      if (few.verdict == Verdict::kUnknown || few.grade != Grade::kProven) {
        lost += all.verdict != Verdict::kUnknown && all.grade == Grade::kProven ? 1 : 0;
      } else if (few.verdict != Verdict::kSuperseded) {
        ++decided;
        ASSERT_EQ(few.verdict == Verdict::kCommitted, index.Committed(few.question))
            << "seed " << seed << ", question " << i;
      }
    }
    for (const MissingMutation& missing : condensed.missing) {
      ASSERT_TRUE(index.WasLost(missing.shard, missing.seq_no)) << "seed " << seed;
    }
  }
  EXPECT_GT(decided, lost);
}

TEST(Judge, CountsNoVersionsOfADocumentOfALongLogWhoseWritesAreNotKept) {
  const SimulatedIndex index(7);
  History whole = index.seen();
  const int64_t next = whole.writes.back().seq_no + 1;
  const std::string id = whole.writes.back().document.id;
  History history = Condensed(whole, 0);
  history.too_many_facts = false;
  // A translog shows what a request wrote that has no name for its document.
  history.by_query.push_back({.indices = {"orders"}, .ran = {whole.until, whole.until + 10}});
  Sight sight{.document = {"orders", id}, .at = {whole.until, whole.until + 20}, .present = true};
  sight.seq_no = next + 1'000;
  sight.version = 900;
  history.sights.push_back(sight);
  EXPECT_THAT(Judge(history).notes, testing::IsEmpty());
}

TEST(Judge, KeepsFactsOfDocumentsInQuestionWhereThoseInDoubtAreTooMany) {
  const SimulatedIndex index(7);
  const History history = Condensed(index.seen(), 0, SIZE_MAX);
  EXPECT_FALSE(history.too_many_facts);
  const auto is_asked = [&](const Write& write) {
    return std::ranges::any_of(history.questions, [&](const Question& question) {
      return question.document == write.document;
    });
  };
  EXPECT_EQ(history.writes.size(), std::ranges::count_if(index.seen().writes, is_asked));
}

TEST(Judge, LeavesOpenWhatHasTooManyFacts) {
  const SimulatedIndex index(7);
  const Judgement judgement = Judge(Condensed(index.seen(), 0));
  EXPECT_THAT(judgement.notes,
              testing::ElementsAre(testing::Field(&Note::words, testing::HasSubstr("more facts"))));
  for (const Finding& finding : judgement.findings) {
    EXPECT_EQ(finding.verdict, Verdict::kUnknown);
  }
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

TEST(Judge, GivesEachOperationANumberOfItsOwn) {
  uint64_t placed = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed);
    std::set<std::pair<uint32_t, int64_t>> taken;
    for (const Finding& finding : Judge(index.seen()).findings) {
      if (finding.grade == Grade::kProven && finding.position) {
        ++placed;
        ASSERT_TRUE(taken.emplace(finding.position->shard, finding.position->seq_no).second)
            << "seed " << seed << ", question " << finding.question;
      }
    }
  }
  EXPECT_GT(placed, Histories());
}

TEST(Judge, TakesAnAnswerThatFoundItsRequestAtItsWord) {
  History history;
  for (const bool committed : {true, false}) {
    history.questions.emplace_back().request = history.requests.size();
    history.questions.back().told = Question::Told{.committed = committed};
    history.requests.emplace_back();
  }
  const Judgement judgement = Judge(history);
  ASSERT_EQ(judgement.findings.size(), 2);
  EXPECT_EQ(judgement.findings[0].verdict, store::Verdict::kCommitted);
  EXPECT_EQ(judgement.findings[1].verdict, store::Verdict::kNotCommitted);
  EXPECT_EQ(judgement.findings[0].evidence.front().kind, "answer");
}

}  // namespace
}  // namespace trafrec::reconcile
