#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trafrec::page {

/// A table that is written row by row. The script of pages sorts it by its columns, and gives long
/// ones a filter.
class ListTable {
 public:
  struct Head {
    std::string name;
    bool number = false;
  };

  explicit ListTable(std::vector<Head> heads);

  /// `html` is escaped by the caller.
  void Cell(const std::string& html, const char* extra = "");
  void Name(const std::string& html);
  /// A number that sorts by itself.
  void Number(const std::string& text, uint64_t value);
  void EndRow() { out_ += "</tr>\n<tr>"; }
  std::string Take();

 private:
  std::vector<Head> heads_;
  size_t column_ = 0;
  std::string out_;
};

}  // namespace trafrec::page
