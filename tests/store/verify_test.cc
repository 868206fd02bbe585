#include "store/verify/verify.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The check frame by frame, as of a log whose segments have no manifests.
class Verify : public testing::Test {
 protected:
  Verify() {
    MakeLog(Finite(log_), 50, 6);
    RemoveManifests(log_);
  }

  std::string DamagesAfter(const std::string& sql) {
    Spoil(FirstSegment(log_), sql);
    return DamagesOf(log_);
  }

  TemporaryFolder folder_;
  std::filesystem::path log_ = folder_ / "log";
};

TEST_F(Verify, WholeLogHasNoDamage) {
  const VerifyReport report = VerifyLog(log_).value();
  EXPECT_TRUE(report.damages.empty()) << report.damages.front().what;
  EXPECT_EQ(report.segments, 1U);
  EXPECT_GE(report.frames, 1U);
  // A start and a stop, the connection, and three entries an exchange.
  EXPECT_GE(report.entries, 3U + 3 * 50);
  EXPECT_EQ(report.bytes, std::filesystem::file_size(FirstSegment(log_)));
}

TEST_F(Verify, NumberThatTurnedIntoNothingIsFound) {
  EXPECT_THAT(DamagesAfter("UPDATE message SET extents=NULL WHERE id=3"),
              HasSubstr("a row of table message"));
}

TEST_F(Verify, FlippedBitInAFrameIsNamedWithItsExchanges) {
  // Two frames: one with the start, one with the exchanges.
  const std::string flip =
      "UPDATE frame SET data = CAST(substr(data, 1, 100) || X'00' || substr(data, 102) AS BLOB) "
      "WHERE id = (SELECT frame FROM exchange WHERE n = 7) AND substr(data, 101, 1) <> X'00'";
  EXPECT_THAT(DamagesAfter(flip),
              AllOf(HasSubstr("r/0001/000001.sqlite: frame "), HasSubstr("checksum"),
                    HasSubstr("damaged with it: r-0001-11, r-0001-12"), HasSubstr(" more")));
}

TEST_F(Verify, FlippedBitInAFrameIsRefusedByLoad) {
  Spoil(FirstSegment(log_),
        "UPDATE frame SET data = CAST(substr(data, 1, 40) || X'5A5B' || "
        "substr(data, 43) AS BLOB)");
  const auto reader = OpenReader(log_);
  const auto loaded = reader->Load(reader->Find("r-0001-11").value());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(loaded.error().what, HasSubstr("checksum"));
}

TEST_F(Verify, FlippedColumnIsNamed) {
  EXPECT_THAT(DamagesAfter("UPDATE exchange SET status=500 WHERE n=7"),
              HasSubstr("the row of exchange r-0001-17 says status 500, its entry 201"));
}

TEST_F(Verify, EveryTablesColumnsAreCompared) {
  for (const char* sql : {"UPDATE exchange SET began_ns=began_ns+1 WHERE n=7",
                          "UPDATE exchange SET latency_ns=NULL WHERE n=7",
                          "UPDATE exchange SET method='GET' WHERE n=7",
                          "UPDATE exchange SET flags=2 WHERE n=7",
                          "UPDATE exchange SET host=NULL WHERE n=7",
                          "UPDATE exchange SET connection=9 WHERE n=7",
                          "UPDATE text SET bytes=X'00' WHERE id=3",
                          "UPDATE message SET body_bytes=1 WHERE id=15",
                          "UPDATE message SET head_bytes=1 WHERE id=15",
                          "UPDATE message SET flags=1 WHERE id=15",
                          "UPDATE message SET span_ns=1 WHERE id=15",
                          "UPDATE message SET extents=1 WHERE id=15",
                          "UPDATE message SET first_seq=1 WHERE id=15",
                          "UPDATE connection SET client_port=1",
                          "UPDATE connection SET client_isn=NULL",
                          "UPDATE connection SET server_address='10.0.0.3'",
                          "UPDATE connection SET protocol=2",
                          "UPDATE connection SET server_gap_bytes=1",
                          "UPDATE loss SET bytes=77",
                          "UPDATE loss SET recorder='q'",
                          "UPDATE frame SET entries=1",
                          "UPDATE frame SET raw_bytes=1",
                          "UPDATE attempt SET value=7 WHERE key='segment'",
                          "INSERT INTO gap VALUES(15, 0, 1, 0, 0, 1, 1, 1)",
                          "INSERT INTO interim VALUES(7, 0, 1, 100)",
                          "INSERT INTO extent VALUES(15, 0, 1, 1, 1)"}) {
    const TemporaryFolder folder;
    const std::filesystem::path log = folder / "log";
    MakeLog(Finite(log), 10, 6);
    RemoveManifests(log);
    Spoil(FirstSegment(log), sql);
    EXPECT_NE(DamagesOf(log), "") << sql;
  }
}

TEST_F(Verify, MissingRowIsNamed) {
  EXPECT_THAT(DamagesAfter("DELETE FROM exchange WHERE n=7"),
              HasSubstr("exchange r-0001-17, which has no row"));
}

TEST_F(Verify, MissingMessageRowIsNamed) {
  EXPECT_THAT(DamagesAfter("DELETE FROM message WHERE id=15"),
              HasSubstr("the response of exchange r-0001-17, which has no row"));
}

TEST_F(Verify, InventedRowIsNamed) {
  EXPECT_THAT(
      DamagesAfter("INSERT INTO exchange(n, frame, entry) VALUES(99, 2, 1)"),
      HasSubstr("the row of exchange r-0001-22r points to entry 1 of frame 2, where it is"));
}

TEST_F(Verify, MissingFrameIsNamed) {
  EXPECT_THAT(DamagesAfter("DELETE FROM frame WHERE id=1"), HasSubstr("frames 1 to 1 are missing"));
}

TEST_F(Verify, MissingSegmentIsNamed) {
  const TemporaryFolder folder;
  const std::filesystem::path log = folder / "log";
  LogWriterOptions options = Finite(log);
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options).value();
  for (ExchangeNumber n = 1; n <= 4; ++n) {
    PutExchanges(*writer, n, n);
    writer->Drain();
  }
  ASSERT_TRUE(writer->Close(TimeOf(5)));
  RemoveManifests(log);
  EXPECT_EQ(DamagesOf(log), "");
  std::filesystem::remove(log / "r" / "0001" / "000002.sqlite");
  EXPECT_THAT(DamagesOf(log), HasSubstr("r/0001/000002.sqlite: this segment is missing"));
}

TEST_F(Verify, FileThatIsNoDatabaseIsADamage) {
  std::filesystem::resize_file(FirstSegment(log_), 100);
  EXPECT_THAT(DamagesOf(log_), HasSubstr("000001.sqlite: it cannot be read to the end"));
}

TEST_F(Verify, CutFileIsADamage) {
  const auto size = std::filesystem::file_size(FirstSegment(log_));
  std::filesystem::resize_file(FirstSegment(log_), size - 20'000);
  EXPECT_NE(DamagesOf(log_), "");
}

TEST_F(Verify, ManyDamagesAreCutShort) {
  const std::string damages = DamagesAfter("UPDATE exchange SET status=0, latency_ns=3, flags=5");
  EXPECT_THAT(damages, HasSubstr("and 50 more"));
}

}  // namespace
}  // namespace trafrec::store
