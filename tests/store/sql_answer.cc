#include "tests/store/sql_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace trafrec::store {
namespace {

struct InWords {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const db::Blob& blob) const { return "blob " + blob.bytes; }
};

class Lines : public db::RowSink {
 public:
  void Columns(const std::vector<std::string>& /*names*/) override {}
  bool Row(const std::vector<db::SqlValue>& values) override {
    std::string line;
    for (const db::SqlValue& value : values) {
      line += (line.empty() ? "" : " ") + std::visit(InWords{}, value);
    }
    lines.push_back(line);
    return true;
  }

  std::vector<std::string> lines;
};

}  // namespace

std::vector<std::string> SqlAnswer(LogSql& sql, const std::string& statement) {
  Lines lines;
  const Status run = sql.Run(statement, lines, [] { return false; });
  EXPECT_TRUE(run) << run.error().what;
  return lines.lines;
}

std::vector<std::string> SqlAnswer(const std::filesystem::path& log, const std::string& statement) {
  const auto sql = LogSql::Open({.folders = {log}});
  EXPECT_TRUE(sql) << sql.error().what;
  return SqlAnswer(**sql, statement);
}

}  // namespace trafrec::store
