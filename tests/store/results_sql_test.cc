// What a replay's exchanges were sent for, in SQL.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/store/reader_fixture.h"
#include "tests/store/sql_answer.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Segments of one exchange each: 1 was sent for nothing, 2 and 3 for items of one exchange of
/// "web", 4 for another as a whole.
class ResultsInSql : public testing::Test {
 protected:
  ResultsInSql() {
    LogWriterOptions options = Finite(log_);
    options.segment_bytes_max = 1;
    auto writer = LogWriter::Open(options).value();
    for (ExchangeNumber n = 1; n <= 4; ++n) {
      if (n > 1) {
        writer->PutResultLink({.exchange = n,
                               .source_recorder = "web",
                               .source_attempt = 2,
                               .source_exchange = n < 4 ? 7U : 8U,
                               .first_item = static_cast<uint32_t>(n),
                               .items = n < 4 ? 3U : 0U,
                               .target = "new",
                               .lag_ns = 100 * static_cast<int64_t>(n)});
      }
      PutExchanges(*writer, n, n);
      writer->Drain();
    }
    CHECK(writer->Close(TimeOf(9)).has_value());
  }

  std::vector<std::string> Answer(const std::string& statement) const {
    return SqlAnswer(log_, statement);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
};

TEST_F(ResultsInSql, EveryLinkIsARow) {
  EXPECT_THAT(Answer("SELECT recorder, attempt, id, source, item, items, tries, parts, target, "
                     "lag_ns, wait, wait_ns, source_outcome, target_outcome FROM results "
                     "ORDER BY id"),
              ElementsAre("r 1 r-0001-12 web-0002-17 2 3 1 1 new 200 - 0 - -",
                          "r 1 r-0001-13 web-0002-17 3 3 1 1 new 300 - 0 - -",
                          "r 1 r-0001-14 web-0002-18 - - 1 1 new 400 - 0 - -"));
}

TEST_F(ResultsInSql, AreFoundByTheSourcesExchange) {
  EXPECT_THAT(Answer("SELECT id FROM results WHERE source='web-0002-17' ORDER BY id"),
              ElementsAre("r-0001-12", "r-0001-13"));
  EXPECT_THAT(Answer("SELECT id FROM results WHERE source='web-0003-17'"), IsEmpty());
  EXPECT_THAT(Answer("SELECT id FROM results WHERE source='no id'"), IsEmpty());
  EXPECT_THAT(Answer("SELECT count(*) FROM results WHERE source='web-0002-17' AND "
                     "source='web-0002-18'"),
              ElementsAre("0"));
}

TEST_F(ResultsInSql, AreFoundByTheirExchange) {
  EXPECT_THAT(Answer("SELECT source FROM results WHERE id='r-0001-14'"),
              ElementsAre("web-0002-18"));
  EXPECT_THAT(Answer("SELECT source FROM results WHERE id='r-0001-11'"), IsEmpty());
}

TEST_F(ResultsInSql, JoinWithTheirExchanges) {
  EXPECT_THAT(Answer("SELECT e.n, r.source FROM exchanges e LEFT JOIN results r ON r.id=e.id "
                     "ORDER BY e.n"),
              ElementsAre("1 -", "2 web-0002-17", "3 web-0002-17", "4 web-0002-18"));
}

}  // namespace
}  // namespace trafrec::store
