#include "tools/gor_writer.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/tools/stored_exchanges.h"

namespace trafrec::tools {
namespace {

using test_support::Exchange;

std::string Written(const store::StoredExchange& exchange,
                    std::vector<std::string>* notes = nullptr) {
  GorWriter writer;
  std::string out;
  EXPECT_TRUE(writer.Put(exchange, out).has_value());
  if (notes != nullptr) {
    *notes = writer.Notes();
  }
  return out;
}

/// As GoReplay's file input reads: lines, up to one that is the separator; the line feed before it
/// is not part of the record.
std::vector<std::string> Records(const std::string& file) {
  std::istringstream lines(file);
  std::vector<std::string> records;
  std::string record;
  for (std::string line; std::getline(lines, line);) {
    if (line == "🐵🙈🙉") {
      records.push_back(record.substr(0, record.size() - 1));
      record.clear();
    } else {
      record += line + "\n";
    }
  }
  EXPECT_EQ(record, "");
  return records;
}

TEST(Gor, ARequestIsExactlyThis) {
  Exchange exchange(7);
  exchange.Request("PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 2\r\n\r\n", "{}");
  EXPECT_EQ(Written(exchange),
            "1 " + Written(exchange).substr(2, 24) +
                " 1795243680000000001 1000\n"
                "PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 2\r\n\r\n{}\n🐵🙈🙉\n");
}

TEST(Gor, RequestAndResponseShareAnIdOfHexDigits) {
  Exchange exchange(7);
  exchange.Request("GET / HTTP/1.1\r\n\r\n").Response("HTTP/1.1 204 No Content\r\n\r\n");
  const std::vector<std::string> records = Records(Written(exchange));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].substr(0, 2), "1 ");
  EXPECT_EQ(records[1].substr(0, 2), "2 ");
  EXPECT_EQ(records[0].substr(2, 24), records[1].substr(2, 24));
  EXPECT_EQ(records[0].substr(2, 24).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Gor, AChunkedBodyIsChunkedAgainWithItsTrailers) {
  Exchange exchange(7);
  exchange.Request("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "hello", "T: 1\r\n");
  const std::vector<std::string> records = Records(Written(exchange));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].substr(records[0].find('\n') + 1),
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n0\r\nT: 1\r\n\r\n");
}

TEST(Gor, AnEmptyChunkedBodyIsItsLastChunk) {
  Exchange exchange(7);
  exchange.Request("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_NE(Written(exchange).find("\r\n\r\n0\r\n\r\n\n🐵"), std::string::npos);
}

TEST(Gor, AHeadFitsTheBodyThatRedactionChanged) {
  Exchange exchange(7);
  exchange.Request(
      "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\nHost: es\r\n\r\n", "{}");
  exchange.stored().request->facts.flags |= FlagBit(store::Flag::kReencoded);
  const std::vector<std::string> records = Records(Written(exchange));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].substr(records[0].find('\n') + 1),
            "POST / HTTP/1.1\r\nContent-Length: 2\r\nHost: es\r\n\r\n{}");
}

TEST(Gor, AMessageWithAGapIsLeftOutAndCounted) {
  Exchange exchange(7);
  exchange.Request("GET / HTTP/1.1\r\n\r\n")
      .Response("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "abc")
      .GapInResponse(2, 3);
  std::vector<std::string> notes;
  EXPECT_EQ(Records(Written(exchange, &notes)).size(), 1U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].substr(0, 20), "1 incomplete message");
}

TEST(Gor, ABodyThatHoldsTheSeparatorIsLeftOut) {
  Exchange exchange(7);
  exchange.Request("POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\n", "a\n🐵🙈🙉\nb");
  std::vector<std::string> notes;
  EXPECT_EQ(Written(exchange, &notes), "");
  EXPECT_EQ(notes.size(), 1U);
}

}  // namespace
}  // namespace trafrec::tools
