#include <gmock/gmock.h>

#include <string>

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/reconcile/source_log.h"
#include "tools/reconcile/finding_json.h"

namespace trafrec::tools {
namespace {

using test_support::SourceLog;

/// So many exchanges that they are handed from thread to thread in several pieces.
SourceLog LongSource() {
  SourceLog source;
  source.AsksWho().MakesIndex();
  int seq_no = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string id = "d" + std::to_string(i);
    if (i % 40 == 7) {
      source.Unanswered("PUT", "/idx/_doc/" + id, R"({"text":"only )" + std::to_string(i) + "\"}");
      seq_no += i % 80 == 7 ? 1 : 0;
    } else {
      source.Puts(id, seq_no++);
    }
  }
  return source;
}

/// All that is said of a log.
std::string SaidOf(const std::string& folder, unsigned threads, size_t facts_max) {
  const auto log = store::LogReader::Open(folder);
  EXPECT_TRUE(log);
  reconcile::HistoryOptions options;
  options.threads = threads;
  options.facts_max = facts_max;
  const auto history = reconcile::ReadHistory(**log, *dialect::FindDialect("search"), options);
  EXPECT_TRUE(history);
  EXPECT_EQ(history->long_log, facts_max < 100);
  const reconcile::Judgement judgement = reconcile::Judge(*history);
  std::string said;
  for (const reconcile::Finding& finding : judgement.findings) {
    said += FindingJson(*history, finding);
  }
  for (const reconcile::MissingMutation& missing : judgement.missing) {
    said += MissingJson(*history, missing);
  }
  return said;
}

TEST(ReadHistory, FindsTheSameOnAnyNumberOfThreads) {
  const test_support::TemporaryFolder folder;
  const std::string log = LongSource().RecordedInto(folder);
  const std::string said = SaidOf(log, 0, reconcile::limits::kFacts);
  EXPECT_THAT(said, testing::HasSubstr(R"("verdict":"committed")"));
  for (const unsigned threads : {1U, 2U, 5U}) {
    EXPECT_EQ(SaidOf(log, threads, reconcile::limits::kFacts), said) << threads << " threads";
  }
}

TEST(ReadHistory, FindsTheSameOfALongLogOnAnyNumberOfThreads) {
  const test_support::TemporaryFolder folder;
  const std::string log = LongSource().RecordedInto(folder);
  const std::string said = SaidOf(log, 0, 50);
  EXPECT_THAT(said, testing::HasSubstr("exchange"));
  for (const unsigned threads : {1U, 2U, 5U}) {
    EXPECT_EQ(SaidOf(log, threads, 50), said) << threads << " threads";
  }
}

}  // namespace
}  // namespace trafrec::tools
