#include "tests/store/reader_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "store/db/database.h"
#include "store/reader/exchange_id.h"
#include "store/verify/verify.h"

namespace trafrec::store {

std::unique_ptr<LogReader> OpenReader(const std::filesystem::path& log) {
  auto reader = LogReader::Open(log);
  EXPECT_TRUE(reader) << reader.error().what;
  return std::move(reader).value();
}

std::vector<ExchangeRow> Rows(LogReader& reader, const ExchangeFilter& filter) {
  std::vector<ExchangeRow> rows;
  const Status visited = reader.Visit(filter, [&](const ExchangeRow& row) {
    rows.push_back(row);
    return true;
  });
  EXPECT_TRUE(visited) << visited.error().what;
  return rows;
}

std::vector<ExchangeNumber> Numbers(LogReader& reader, const ExchangeFilter& filter) {
  std::vector<ExchangeNumber> numbers;
  for (const ExchangeRow& row : Rows(reader, filter)) {
    numbers.push_back(row.id.number);
  }
  return numbers;
}

std::vector<ExchangeNumber> Followed(LogReader& reader, const ExchangeFilter& filter) {
  std::vector<ExchangeNumber> numbers;
  const Status followed = reader.Follow(filter, [&](const ExchangeRow& row) {
    numbers.push_back(row.id.number);
    return true;
  });
  EXPECT_TRUE(followed) << followed.error().what;
  return numbers;
}

StoredExchange LoadNumber(LogReader& reader, ExchangeNumber number, uint32_t attempt) {
  const auto row = reader.Find(FormatExchangeId({"r", attempt, number}));
  EXPECT_TRUE(row) << row.error().what;
  auto exchange = reader.Load(row.value());
  EXPECT_TRUE(exchange) << exchange.error().what;
  return std::move(exchange).value();
}

std::string RefusalOf(LogReader& reader, const std::string& where) {
  ExchangeFilter filter;
  filter.where = where;
  const Status visited = reader.Visit(filter, [](const ExchangeRow&) { return true; });
  return visited ? "" : visited.error().what;
}

void MakeLog(const LogWriterOptions& options, ExchangeNumber count, size_t body_bytes) {
  auto writer = LogWriter::Open(options);
  ASSERT_TRUE(writer) << writer.error().what;
  PutExchanges(**writer, 1, count, body_bytes);
  const auto closed = (*writer)->Close(TimeOf(count + 1));
  ASSERT_TRUE(closed) << closed.error().what;
}

std::filesystem::path FirstSegment(const std::filesystem::path& log) {
  return log / "r" / "0001" / "000001.sqlite";
}

void Spoil(const std::filesystem::path& segment, const std::string& sql) {
  auto database = db::Database::Open(segment, db::OpenMode::kReadWrite);
  ASSERT_TRUE(database) << database.error().what;
  const Status changed = database->Execute(sql);
  ASSERT_TRUE(changed) << changed.error().what;
}

std::string DamagesOf(const std::filesystem::path& log) {
  const auto report = VerifyLog(log);
  EXPECT_TRUE(report) << report.error().what;
  std::string text;
  for (const Damage& damage : report->damages) {
    text += damage.file + ": " + damage.what + "\n";
  }
  return text;
}

}  // namespace trafrec::store
