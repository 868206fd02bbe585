#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "tests/replay/ledger/ledger_fixture.h"

namespace trafrec::ledger {
namespace {

/// Batch n: the intents of exchange n's items, the outcomes of those of n - 1, n as a done read of
/// another recorder, and how many batches there were.
Batch BatchOf(uint64_t n) {
  Batch batch{.done = {Exchange(n, "reads")},
              .counters = {{"batches", 1}},
              .position = Position{.began_at = static_cast<TimeNs>(n), .id = Exchange(n)}};
  for (uint32_t item = 0; item < 20; ++item) {
    batch.intents.push_back(IntentOf(At(n, item)));
    if (n > 1) {
      batch.outcomes.push_back(OutcomeOf(At(n - 1, item)));
    }
    batch.documents.push_back({.index = "i",
                               .id = std::to_string(item),
                               .source = SeqNo{static_cast<int64_t>(n), 1},
                               .target = SeqNo{static_cast<int64_t>(2 * n), 1}});
  }
  return batch;
}

/// Commits one batch after another until it is killed, and says by one byte that it has begun.
[[noreturn]] void CommitForever(const std::filesystem::path& run, uint64_t next, int told) {
  const auto ledger = next == 1 ? Begin(run) : GoOn(run);
  for (uint64_t n = next;; ++n) {
    if (!ledger->Commit(BatchOf(n)) || write(told, "x", 1) != 1) {
      _exit(1);
    }
  }
}

/// Kills a committer after it has told of `batches` more and then so many µs. Returns the number of
/// batches that it told of.
uint64_t KilledAfter(const std::filesystem::path& run, uint64_t next, int batches, int more_us) {
  int told[2];
  EXPECT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    CommitForever(run, next, told[1]);
  }
  close(told[1]);
  uint64_t heard = 0;
  char byte = 0;
  while (heard < static_cast<uint64_t>(batches) && read(told[0], &byte, 1) == 1) {
    ++heard;
  }
  usleep(static_cast<useconds_t>(more_us));  // only so that the kills fall anywhere in a commit
  kill(child, SIGKILL);
  while (read(told[0], &byte, 1) == 1) {
    ++heard;
  }
  close(told[0]);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  return heard;
}

TEST(LedgerKill, TheFileIsBeforeOrAfterABatchWhereverTheKillFalls) {
  const TemporaryFolder folder;
  std::mt19937 random(20261127);
  uint64_t committed = 0;
  for (int kills = 0; kills < 20; ++kills) {
    const uint64_t told =
        committed + KilledAfter(folder.path(), committed + 1, 1 + static_cast<int>(random() % 5),
                                static_cast<int>(random() % 2'000));
    const auto reader = Look(folder.path());
    committed = static_cast<uint64_t>(reader->Counters().value()["batches"]);
    ASSERT_TRUE(committed == told || committed == told + 1) << committed << " " << told;
    EXPECT_EQ(reader->ReadPosition({}).value()->id.number, committed);
    EXPECT_TRUE(reader->IsDone(Exchange(committed, "reads")).value());
    EXPECT_FALSE(reader->IsDone(Exchange(committed + 1, "reads")).value());
    for (uint32_t item = 0; item < 20; ++item) {
      EXPECT_EQ(StateOf(*reader, At(committed, item)), State::kIntended);
      EXPECT_EQ(StateOf(*reader, At(committed - 1, item)),
                committed > 1 ? std::optional(State::kAnswered) : std::nullopt);
      const SeqNo source{static_cast<int64_t>(committed), 1};
      EXPECT_EQ(reader->FindWrite("i", std::to_string(item), source).value(),
                (SeqNo{2 * source.seq_no, 1}));
    }
    EXPECT_EQ(reader->InDoubt().value().size(), 20U);
  }
}

}  // namespace
}  // namespace trafrec::ledger
