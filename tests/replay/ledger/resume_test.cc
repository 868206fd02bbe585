#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/ledger/schema.h"
#include "store/db/database.h"
#include "tests/replay/ledger/ledger_fixture.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::OpenMode;
using testing::AllOf;
using testing::HasSubstr;

Error RefusedResume(const std::filesystem::path& run, const RunFacts& facts) {
  const auto ledger = ResumeLedger(RunLock::Take(run).value(), facts, Durability::kNormal);
  EXPECT_FALSE(ledger);
  return ledger ? Error{} : ledger.error();
}

TEST(Run, ASecondProcessIsRefusedWithTheFirstOnesNumber) {
  const TemporaryFolder folder;
  const auto ledger = Begin(folder.path());
  const auto second = RunLock::Take(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInUse);
  EXPECT_THAT(second.error().what, HasSubstr(std::to_string(getpid())));
}

TEST(Run, AFolderThatIsNotThereIsNamed) {
  const TemporaryFolder folder;
  const auto lock = RunLock::Take(folder / "nowhere");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(lock.error().what, HasSubstr("nowhere"));
}

TEST(Run, BeginningWhereOneIsNamesBothWaysOut) {
  const TemporaryFolder folder;
  Begin(folder.path()).reset();
  const auto again =
      CreateLedger(RunLock::Take(folder.path()).value(), Facts(), Durability::kNormal);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().remedy, AllOf(HasSubstr("--resume"), HasSubstr("--fresh")));
}

TEST(Run, AfterItsLedgerIsRemovedAnotherBegins) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Begin(folder.path())->Commit({.done = {Exchange(1)}}));
  {
    auto lock = RunLock::Take(folder.path()).value();
    ASSERT_TRUE(RemoveLedger(lock));
    ASSERT_TRUE(CreateLedger(std::move(lock), Facts(), Durability::kNormal));
  }
  EXPECT_FALSE(Look(folder.path())->IsDone(Exchange(1)).value());
}

TEST(Run, ACrashBeforeItsFirstTransactionLeavesNone) {
  const TemporaryFolder folder;
  {
    auto file = Database::Open(LedgerPath(folder.path()), OpenMode::kCreate).value();
    ASSERT_TRUE(file.Execute("PRAGMA journal_mode = WAL"));
  }
  EXPECT_FALSE(HasLedger(folder.path()));
  EXPECT_EQ(RefusedResume(folder.path(), Facts()).code, ErrorCode::kNotFound);
  EXPECT_NE(Begin(folder.path()), nullptr);
}

TEST(Run, ItsFactsAreKept) {
  const TemporaryFolder folder;
  const auto ledger = Begin(folder.path());
  const RunFacts facts = Look(folder.path())->Facts().value();
  EXPECT_EQ(facts.log_id, Facts().log_id);
  EXPECT_EQ(facts.log_folders, Facts().log_folders);
  EXPECT_EQ(facts.options, Facts().options);
  EXPECT_EQ(facts.given, Facts().given);
  EXPECT_EQ(facts.notes, Facts().notes);
}

TEST(Resume, OfAnotherLogIsRefused) {
  const TemporaryFolder folder;
  Begin(folder.path()).reset();
  RunFacts other = Facts();
  other.log_id = "ffee";
  EXPECT_THAT(RefusedResume(folder.path(), other).what,
              AllOf(HasSubstr("0011"), HasSubstr("ffee")));
}

TEST(Resume, WithOtherOptionsNamesEachDifference) {
  const TemporaryFolder folder;
  Begin(folder.path()).reset();
  RunFacts other = Facts();
  other.options["--order"] = "none";
  other.options["--index"] = "logs-*";
  EXPECT_THAT(RefusedResume(folder.path(), other).what,
              AllOf(HasSubstr("--order was 'causal' and is 'none' now"),
                    HasSubstr("--index was not given and is 'logs-*' now")));
}

TEST(Resume, NotesMayDiffer) {
  const TemporaryFolder folder;
  Begin(folder.path()).reset();
  RunFacts other = Facts();
  other.notes["version"] = "2.0";
  EXPECT_TRUE(ResumeLedger(RunLock::Take(folder.path()).value(), other, Durability::kFull));
}

TEST(Resume, OfANewerFormatIsRefused) {
  const TemporaryFolder folder;
  Begin(folder.path()).reset();
  {
    auto file = Database::Open(LedgerPath(folder.path()), OpenMode::kReadWrite).value();
    ASSERT_TRUE(file.Execute("PRAGMA user_version = 99"));
  }
  const Error error = RefusedResume(folder.path(), Facts());
  EXPECT_EQ(error.code, ErrorCode::kUnsupported);
  EXPECT_THAT(error.what, HasSubstr("99"));
}

TEST(Resume, OfAFileOfAnotherKindIsRefused) {
  const TemporaryFolder folder;
  folder.Write("ledger.sqlite", "no database at all, and long enough to be looked at as one");
  EXPECT_EQ(RefusedResume(folder.path(), Facts()).code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace trafrec::ledger
