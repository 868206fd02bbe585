#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/db/query_session.h"
#include "tools/output.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// Prints what SQL returns: as a table, as CSV (RFC 4180) or as a JSON object a line. One for each
/// run; Finish comes last.
class SqlPrinter : public store::db::RowSink {
 public:
  using Values = std::vector<store::db::SqlValue>;

  /// `width` columns of a terminal; 0: none, nothing is cut or escaped but in the table.
  SqlPrinter(std::string_view format, size_t width, Paint paint, Output& out);

  void Columns(const std::vector<std::string>& names) override;
  bool Row(const Values& values) override;
  /// Prints what the table held back so that its columns fit.
  void Finish();

 private:
  enum class Format : uint8_t { kTable, kCsv, kJson };

  void PrintCells(const std::vector<std::string>& cells, bool header);
  void PrintCsv(const std::vector<std::string>& fields);
  void PrintJson(const Values& values);

  const Format format_;
  const size_t width_;
  const Paint paint_;
  Output& out_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> held_;
  std::vector<size_t> widths_;
  std::vector<bool> numbers_;  // columns of the table that are set to the right
  bool holding_ = false;
};

}  // namespace trafrec::tools
