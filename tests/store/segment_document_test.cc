// docs/segment_format.md against the code: its constants, columns, numbers and its example.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/files/log_layout.h"
#include "store/format/entry_format.h"
#include "store/format/flags.h"
#include "store/format/frame_format.h"
#include "store/format/records.h"
#include "store/format/segment_schema.h"
#include "tests/store/log_fixture.h"

namespace trafrec::store {
namespace {

using Row = std::vector<std::string>;

std::vector<std::string> DocumentLines() {
  std::ifstream file(TRAFREC_SOURCE_DIR "/docs/segment_format.md");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  EXPECT_FALSE(lines.empty());
  return lines;
}

/// "| a | b |" as {"a", "b"}.
Row Cells(const std::string& line) {
  Row cells;
  std::istringstream text(line.substr(1));
  for (std::string cell; std::getline(text, cell, '|');) {
    const size_t first = cell.find_first_not_of(' ');
    const size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

/// The rows of the table that has this header line, after the line `behind`.
std::vector<Row> TableBehind(const std::string& behind, const std::string& header) {
  const std::vector<std::string> lines = DocumentLines();
  auto line = std::find(lines.begin(), lines.end(), behind);
  line = std::find(line, lines.end(), header);
  EXPECT_NE(line, lines.end()) << header;
  std::vector<Row> rows;
  for (line += line == lines.end() ? 0 : 2; line != lines.end() && line->starts_with("|"); ++line) {
    rows.push_back(Cells(*line));
  }
  return rows;
}

std::string TableText(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    text += row[0] + " " + row[1] + "\n";
  }
  return text;
}

/// "0 none\n1 …" from the code, from `first` up to the first number that it does not know.
std::string NamesFrom(int first, const std::function<std::string(int)>& name) {
  std::string text;
  for (int number = first; name(number) != "unknown"; ++number) {
    text += std::to_string(number) + " " + name(number) + "\n";
  }
  return text;
}

std::string DocumentedNumbers(const std::string& header) {
  return TableText(TableBehind("## Numbers", "| " + header + " | name |"));
}

TEST(SegmentDocument, ConstantsAreThoseOfTheCode) {
  const std::vector<std::pair<std::string, int64_t>> constants = {
      {"format in log.json", kLogFormat},
      {"application_id", kApplicationId},
      {"user_version", kSegmentVersion},
      {"page_size", kPageBytes},
      {"frame magic", kFrameMagic},
      {"frame version", kFrameVersion},
      {"frame header bytes", kFrameHeaderBytes},
      {"frame raw bytes at most", kFrameRawBytesMax},
  };
  const std::vector<Row> documented = TableBehind("## Versions", "| constant | value |");
  ASSERT_EQ(documented.size(), constants.size());
  for (size_t i = 0; i < constants.size(); ++i) {
    EXPECT_EQ(documented[i][0], constants[i].first);
    EXPECT_EQ(std::stoll(documented[i][1], nullptr, 0), constants[i].second) << documented[i][0];
  }
}

TEST(SegmentDocument, HeaderFieldsLieWhereItSays) {
  FrameHeader header;
  header.codec = FrameCodec::kZstd;
  header.dictionary_id = 2;
  header.key_id = 3;
  header.raw_length = 4;
  header.stored_length = 5;
  header.entry_count = 6;
  std::array<uint8_t, kFrameHeaderBytes + 5> frame{};
  SealFrame(header, frame);
  const std::vector<uint64_t> values = {kFrameMagic, kFrameVersion,       1, 0, 2, 3, 4, 5,
                                        6,           FrameChecksum(frame)};
  const std::vector<Row> documented = TableBehind("## Frames", "| offset | bytes | field |");
  ASSERT_EQ(documented.size(), values.size());
  size_t end = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t offset = std::stoul(documented[i][0]);
    const size_t bytes = std::stoul(documented[i][1]);
    uint64_t value = 0;
    for (size_t byte = bytes; byte > 0; --byte) {
      value = value << 8 | frame.at(offset + byte - 1);
    }
    EXPECT_EQ(value, values[i]) << documented[i][2];
    EXPECT_EQ(offset, end);
    end = offset + bytes;
  }
  EXPECT_EQ(end, kFrameHeaderBytes);
}

TEST(SegmentDocument, TablesHaveTheColumnsThatItLists) {
  const TemporaryFolder folder;
  auto database = db::Database::Open(folder / "segment", db::OpenMode::kCreate).value();
  ASSERT_TRUE(database.Execute(kSegmentSchema).has_value());
  ASSERT_TRUE(database.Execute(kSegmentAdditions).has_value());
  auto tables =
      database.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
          .value();
  int seen = 0;
  while (tables.Step().value()) {
    ++seen;
    const std::string table(tables.Text(0));
    std::vector<std::string> columns;
    auto info = database.Prepare("SELECT name FROM pragma_table_info(?)").value();
    info.Bind(0, std::string_view(table));
    while (info.Step().value()) {
      columns.emplace_back(info.Text(0));
    }
    std::vector<std::string> documented;
    for (const Row& row : TableBehind("### " + table, "| column | meaning |")) {
      documented.push_back(row[0]);
    }
    EXPECT_EQ(documented, columns) << table;
  }
  EXPECT_EQ(seen, 19);
}

TEST(SegmentDocument, FlagsHaveTheirNumbers) {
  std::string flags;
  for (int flag = 0; flag <= static_cast<int>(Flag::kBodyRefused); ++flag) {
    flags += std::to_string(flag) + " " + FlagName(static_cast<Flag>(flag)) + "\n";
  }
  EXPECT_EQ(DocumentedNumbers("flag"), flags);
}

TEST(SegmentDocument, EnumerationsHaveTheirNumbers) {
  EXPECT_EQ(DocumentedNumbers("framing"),
            NamesFrom(0, [](int i) { return FramingName(static_cast<Framing>(i)); }));
  EXPECT_EQ(DocumentedNumbers("gap cause"),
            NamesFrom(1, [](int i) { return GapCauseName(static_cast<GapCause>(i)); }));
  EXPECT_EQ(DocumentedNumbers("close_cause"),
            NamesFrom(0, [](int i) { return CloseCauseName(static_cast<CloseCause>(i)); }));
  EXPECT_EQ(DocumentedNumbers("loss cause"),
            NamesFrom(1, [](int i) { return LossCauseName(static_cast<LossCause>(i)); }));
  EXPECT_EQ(DocumentedNumbers("encapsulation"), NamesFrom(1, [](int i) {
              return EncapsulationName(static_cast<EncapsulationId::Kind>(i));
            }));
  EXPECT_EQ(DocumentedNumbers("hold"),
            NamesFrom(0, [](int i) { return HoldCauseName(static_cast<HoldCause>(i)); }));
  EXPECT_EQ(DocumentedNumbers("verdict"), NamesFrom(0, [](int i) {
              return SentinelVerdictName(static_cast<SentinelVerdict>(i));
            }));
  EXPECT_EQ(DocumentedNumbers("gap part"), "0 head\n1 body\n2 framing\n");
}

TEST(SegmentDocument, ProtocolsHaveTheirNumbers) {
  // The first protocol is called unknown.
  EXPECT_EQ(DocumentedNumbers("protocol"), "0 unknown\n" + NamesFrom(1, [](int i) {
                                             return ProtocolName(static_cast<Protocol>(i));
                                           }));
}

TEST(SegmentDocument, EntryKindsHaveTheirNumbers) {
  const std::vector<Row> kinds = TableBehind("## Entries", "| kind | entry |");
  EXPECT_EQ(TableText(kinds),
            "1 message\n2 extent\n3 message facts\n4 exchange\n5 connection\n6 loss\n"
            "7 sentinel\n8 watermark\n9 result link\n");
  EXPECT_EQ(static_cast<int>(EntryKind::kMessage), 1);
  EXPECT_EQ(static_cast<int>(EntryKind::kExtent), 2);
  EXPECT_EQ(static_cast<int>(EntryKind::kMessageFacts), 3);
  EXPECT_EQ(static_cast<int>(EntryKind::kExchange), 4);
  EXPECT_EQ(static_cast<int>(EntryKind::kConnection), 5);
  EXPECT_EQ(static_cast<int>(EntryKind::kLoss), 6);
  EXPECT_EQ(static_cast<int>(EntryKind::kSentinel), 7);
  EXPECT_EQ(static_cast<int>(EntryKind::kWatermark), 8);
  EXPECT_EQ(static_cast<int>(EntryKind::kResultLink), 9);
}

TEST(SegmentDocument, ExampleIsWhatTheCodeWrites) {
  std::string documented;
  bool inside = false;
  for (const std::string& line : DocumentLines()) {
    if (line.starts_with("```")) {
      inside = line == "```hex";
      continue;
    }
    std::istringstream bytes(inside ? line : "");
    for (std::string byte; bytes >> byte;) {
      documented += static_cast<char>(std::stoul(byte, nullptr, 16));
    }
  }
  ExchangeRecord exchange;
  exchange.number = exchange.connection = 1;
  exchange.has_request = exchange.has_response = true;
  exchange.began_at = 1'700'000'000'000'000'000;
  exchange.latency_ns = 1'500'000;
  exchange.status = 200;
  exchange.method = "GET";
  exchange.target = "/";
  exchange.host = "es:9200";
  FrameBuffer frame;
  frame.SetSize(kFrameHeaderBytes);
  EntryEncoder().Exchange(exchange, frame);
  FrameHeader header;
  header.raw_length = header.stored_length =
      static_cast<uint32_t>(frame.size() - kFrameHeaderBytes);
  header.entry_count = 1;
  SealFrame(header, {frame.data(), frame.size()});
  EXPECT_EQ(documented, AsText(frame.bytes()));
}

}  // namespace
}  // namespace trafrec::store
