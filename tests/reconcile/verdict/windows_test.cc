#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/model/index_model.h"
#include "reconcile/model/indices.h"
#include "reconcile/model/window.h"
#include "reconcile/verdict/judge.h"
#include "tests/reconcile/verdict/condensed.h"
#include "tests/reconcile/verdict/simulated_index.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

/// Of a window here: with fewer, all of them overlap.
constexpr size_t kQuestions = 5;
constexpr int64_t kTimes = 8;
constexpr size_t kAll = SIZE_MAX;
/// No request of the simulated index takes longer.
constexpr TimeNs kLongest = kNsPerSecond;

std::vector<Window> WindowsIn(const History& history) {
  const Indices indices(history);
  return WindowsOf(history, indices.QuestionsOf(indices.names().front()), kQuestions);
}

History LongLog(const SimulatedIndex& index) { return Condensed(index.seen(), kAll); }

TEST(Windows, NeverSayProvenWhatWasNotSo) {
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    for (const Finding& finding : Judge(LongLog(index), kQuestions).findings) {
      if (finding.grade == Grade::kProven &&
          (finding.verdict == Verdict::kCommitted || finding.verdict == Verdict::kNotCommitted)) {
        ASSERT_EQ(finding.verdict == Verdict::kCommitted, index.Committed(finding.question))
            << "seed " << seed << ", question " << finding.question;
      }
    }
  }
}

/// As a recorder sees it that came late: the index was there, with numbers that nobody knows.
History SeenLate(const SimulatedIndex& index) {
  History history = index.seen();
  const TimeNs began = history.until / 4;
  std::erase_if(history.writes, [&](const Write& write) { return write.ran.from < began; });
  std::erase_if(history.sights, [&](const Sight& sight) { return sight.at.from < began; });
  history.events.clear();
  // What ran when it came may have taken numbers beside those that it shows.
  history.lost.push_back({.ran = {std::numeric_limits<TimeNs>::min(), began + kLongest}});
  return Condensed(history, kAll);
}

TEST(Windows, NeverSayProvenWhatWasNotSoOfAnIndexThatWasThereBefore) {
  uint64_t proven = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    const Judgement parts = Judge(SeenLate(index), kQuestions);
    EXPECT_THAT(parts.notes, testing::IsEmpty()) << "seed " << seed;
    for (const Finding& finding : parts.findings) {
      if (finding.grade == Grade::kProven &&
          (finding.verdict == Verdict::kCommitted || finding.verdict == Verdict::kNotCommitted)) {
        ++proven;
        ASSERT_EQ(finding.verdict == Verdict::kCommitted, index.Committed(finding.question))
            << "seed " << seed << ", question " << finding.question;
      }
    }
  }
  EXPECT_GT(proven, Histories());
}

/// As a recorder sees it that missed some requests, and not their answers; and a new primary counts
/// from the middle on.
History SeenInPart(const SimulatedIndex& index) {
  History history = index.seen();
  std::vector<Write> writes = std::exchange(history.writes, {});
  for (size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].ran.from > history.until / 2) {
      writes[i].primary_term = 2;
    }
    (i % 10 == 9 ? history.loose : history.writes).push_back(writes[i]);
  }
  return Condensed(history, kAll);
}

TEST(Windows, NeverSayProvenWhatWasNotSoWhereAnswersAreThereWithoutTheirRequests) {
  uint64_t proven = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    for (const Finding& finding : Judge(SeenInPart(index), kQuestions).findings) {
      if (finding.grade == Grade::kProven &&
          (finding.verdict == Verdict::kCommitted || finding.verdict == Verdict::kNotCommitted)) {
        ++proven;
        ASSERT_EQ(finding.verdict == Verdict::kCommitted, index.Committed(finding.question))
            << "seed " << seed << ", question " << finding.question;
      }
    }
  }
  EXPECT_GT(proven, Histories());
}

/// A window that does not show all leaves open what all at once decides, or knows only that it does
/// not matter, or presumes it.
bool SaysNoMore(const Finding& part, const Finding& all) {
  return part.verdict == Verdict::kUnknown || part.verdict == Verdict::kSuperseded ||
         part.grade == Grade::kPresumed || (part.verdict == all.verdict && part.grade == all.grade);
}

TEST(Windows, SayNoMoreThanIsSaidOfAllAtOnceAndSeldomLess) {
  uint64_t same = 0;
  uint64_t less = 0;
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    const History history = LongLog(index);
    const Judgement whole = Judge(history, kAll);
    const Judgement parts = Judge(history, kQuestions);
    if (!whole.notes.empty()) {
      continue;  // nothing fits all of it, which a part need not show
    }
    for (size_t i = 0; i < whole.findings.size(); ++i) {
      ASSERT_TRUE(SaysNoMore(parts.findings[i], whole.findings[i]))
          << "seed " << seed << ", question " << i;
      const bool is_same = whole.findings[i].verdict == parts.findings[i].verdict;
      (is_same ? same : less) += 1;
    }
  }
  EXPECT_GT(same, 200 * less);
}

TEST(Windows, CallMissingWhatIsMissingFromAllAtOnce) {
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    const History history = LongLog(index);
    const auto numbers = [](const Judgement& judgement) {
      std::vector<std::pair<uint32_t, int64_t>> missing;
      for (const MissingMutation& each : judgement.missing) {
        missing.emplace_back(each.shard, each.seq_no);
      }
      return missing;
    };
    EXPECT_THAT(numbers(Judge(history, kQuestions)),
                testing::IsSubsetOf(numbers(Judge(history, kAll))))
        << "seed " << seed;
  }
}

TEST(Windows, AskOfEachRequestOnce) {
  for (uint64_t seed = 1; seed <= Histories(); ++seed) {
    const SimulatedIndex index(seed, kTimes);
    const History history = LongLog(index);
    const std::vector<Window> windows = WindowsIn(history);
    for (const OpenRequest& request : history.requests) {
      ASSERT_EQ(std::ranges::count_if(windows,
                                      [&](const Window& window) { return window.Asks(request); }),
                1);
    }
  }
}

TEST(Windows, AreOneWhereAllFactsAreKeptOrAJournalIs) {
  const SimulatedIndex index(7, kTimes);
  EXPECT_EQ(WindowsIn(index.seen()).size(), 1U);
  History history = LongLog(index);
  EXPECT_GT(WindowsIn(history).size(), 1U);
  history.journals.emplace_back();
  EXPECT_EQ(WindowsIn(history).size(), 1U);
}

size_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Of the largest model among those of some logs' windows, which are judged one after the other.
size_t BytesOfAModel(int64_t times, size_t questions_each) {
  size_t most = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulatedIndex index(seed, times);
    const History history = LongLog(index);
    const Indices indices(history);
    const std::string& name = indices.names().front();
    for (const Window& window : WindowsOf(history, indices.QuestionsOf(name), questions_each)) {
      const IndexHistory part = indices.Make(name, false, window);
      const size_t before = AllocatedBytes();
      IndexModel model(history, part, {});
      EXPECT_TRUE(model.Decide());
      most = std::max(most, AllocatedBytes() - before);
    }
  }
  return most;
}

/// Behind all that was seen, a by-query request took so many numbers of the first shard.
size_t BytesOfAModelWithARun(int64_t writes) {
  const SimulatedIndex index(7);
  History history = index.seen();
  const TimeNs end = history.until;
  const std::string name = Indices(history).names().front();
  const int64_t highest = Indices(history).Make(name, false).shards.front().highest;
  history.by_query.push_back(
      {.indices = {name}, .ran = {end, end + 10}, .writes = writes, .makes = true});
  history.shards.push_back({name, 0, {end + 20, end + 30}, highest + writes});
  const IndexHistory all = Indices(history).Make(name, false);
  const size_t before = AllocatedBytes();
  IndexModel model(history, all, {});
  EXPECT_TRUE(model.Decide());
  EXPECT_THAT(model.Unexplained(0), testing::IsEmpty());
  return AllocatedBytes() - before;
}

TEST(Windows, TakeNoMoreMemoryForARunThatTookAHundredTimesAsManyNumbers) {
  EXPECT_LE(BytesOfAModelWithARun(10'000), BytesOfAModelWithARun(100));
}

TEST(Windows, TakeNoMoreMemoryForALogThatIsFourTimesAsLong) {
  constexpr int64_t kShort = 25;
  constexpr int64_t kLong = 100;
  const size_t whole = BytesOfAModel(kShort, kAll);
  if (whole == 0) {
    GTEST_SKIP() << "this allocator does not count";
  }
  EXPECT_GT(BytesOfAModel(kLong, kAll), 3 * whole);  // what windows save, this measure sees
  EXPECT_LT(BytesOfAModel(kLong, kQuestions), BytesOfAModel(kShort, kQuestions) * 3 / 2);
}

}  // namespace
}  // namespace trafrec::reconcile
