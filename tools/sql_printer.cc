#include "tools/sql_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/json_object.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using store::db::Blob;
using store::db::SqlValue;

/// Rows by which the widths of columns are decided.
constexpr size_t kRowsHeld = 200;
/// On a terminal a column before the last one takes no more.
constexpr size_t kCellWidthMax = 40;

std::string NumberText(double number) {
  std::string text = fmt::format("{}", number);
  return std::isfinite(number) && text.find_first_of(".e") == std::string::npos ? text + ".0"
                                                                                : text;
}

/// Of a value that is not NULL.
std::string TextOf(const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return fmt::format("{}", *integer);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return NumberText(*number);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return blob->bytes;
  }
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

bool IsNull(const SqlValue& value) { return std::holds_alternative<std::monostate>(value); }

bool IsText(const SqlValue& value) {
  return std::holds_alternative<std::string>(value) || std::holds_alternative<Blob>(value);
}

std::string CsvField(const SqlValue& value) {
  std::string text = TextOf(value);
  if (IsNull(value) || (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos)) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace

SqlPrinter::SqlPrinter(std::string_view format, size_t width, Paint paint, Output& out)
    : format_(format == "csv"    ? Format::kCsv
              : format == "json" ? Format::kJson
                                 : Format::kTable),
      width_(width),
      paint_(paint),
      out_(out) {}

void SqlPrinter::Columns(const std::vector<std::string>& names) {
  Finish();
  names_ = names;
  if (format_ == Format::kCsv) {
    std::vector<std::string> fields;
    for (const std::string& name : names) {
      fields.push_back(CsvField(name));
    }
    PrintCsv(fields);
  } else if (format_ == Format::kTable) {
    holding_ = true;
    numbers_.assign(names.size(), true);
    widths_.clear();
    for (std::string& name : names_) {
      name = EscapeForTerminal(name);
      widths_.push_back(DisplayWidth(name));
    }
  }
}

bool SqlPrinter::Row(const Values& values) {
  if (format_ == Format::kJson) {
    PrintJson(values);
    return out_.good();
  }
  std::vector<std::string> cells;
  for (size_t i = 0; i < values.size(); ++i) {
    if (format_ == Format::kCsv) {
      const std::string field = CsvField(values[i]);
      cells.push_back(width_ == 0 ? field : EscapeForTerminal(field, /*keep_lines=*/true));
      continue;
    }
    cells.push_back(IsNull(values[i]) ? "-" : EscapeForTerminal(TextOf(values[i])));
    if (holding_) {
      numbers_[i] = numbers_[i] && !IsText(values[i]);
      widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
    }
  }
  if (format_ == Format::kCsv) {
    PrintCsv(cells);
  } else if (holding_) {
    held_.push_back(std::move(cells));
    if (held_.size() == kRowsHeld) {
      Finish();
    }
  } else {
    PrintCells(cells, false);
  }
  return out_.good();
}

void SqlPrinter::Finish() {
  if (!holding_) {
    return;
  }
  holding_ = false;
  for (size_t i = 0; width_ > 0 && i + 1 < widths_.size(); ++i) {
    widths_[i] = std::min(widths_[i], kCellWidthMax);
  }
  PrintCells(names_, true);
  for (const std::vector<std::string>& cells : held_) {
    PrintCells(cells, false);
  }
  held_.clear();
}

void SqlPrinter::PrintCells(const std::vector<std::string>& cells, bool header) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const std::string cell = width_ > 0 && !last ? ClipToWidth(cells[i], widths_[i]) : cells[i];
    const size_t has = DisplayWidth(cell);
    const std::string blanks(has < widths_[i] ? widths_[i] - has : 0, ' ');
    line += i == 0 ? "" : "  ";
    line += numbers_[i] ? blanks + cell : last ? cell : cell + blanks;
  }
  if (width_ > 0) {
    line = ClipToWidth(line, width_);
  }
  out_.Write((header ? paint_(Tone::kBold, line) : line) + "\n");
}

void SqlPrinter::PrintCsv(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    line += (i == 0 ? "" : ",") + fields[i];
  }
  out_.Write(line + "\n");
}

void SqlPrinter::PrintJson(const Values& values) {
  std::string line = "{";
  for (size_t i = 0; i < values.size(); ++i) {
    line += i == 0 ? "" : ",";
    AppendJsonBytes(line, names_[i]);
    line += ":";
    const auto* number = std::get_if<double>(&values[i]);
    if (IsNull(values[i]) || (number != nullptr && !std::isfinite(*number))) {
      line += "null";
    } else if (IsText(values[i])) {
      AppendJsonBytes(line, TextOf(values[i]));
    } else {
      line += TextOf(values[i]);
    }
  }
  out_.Write(line + "}\n");
}

}  // namespace trafrec::tools
