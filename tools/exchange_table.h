#pragma once

#include <string>
#include <vector>

#include "store/reader/log_reader.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// Exchanges as the rows of a table. The first rows are held back, so that the columns fit them;
/// then the header and every row come out at once.
class ExchangeTable {
 public:
  /// `width` columns of a terminal; 0: none, nothing is cut. `sightings`: with a column that says
  /// how many saw each.
  ExchangeTable(size_t width, Paint paint, bool sightings = false);

  /// Appends what may be printed to `out`.
  void Put(const store::ExchangeRow& row, std::string& out);
  /// Stops holding back.
  void Release(std::string& out);

 private:
  void AppendHeader(std::string& out) const;
  void AppendRow(const store::ExchangeRow& row, std::string& out) const;
  std::string TimeText(TimeNs time) const;
  std::string TargetText(const store::ExchangeRow& row, size_t used) const;

  const size_t width_;
  const Paint paint_;
  const bool sightings_;
  bool holding_ = true;
  std::vector<store::ExchangeRow> held_;
  size_t id_width_ = 2;
  size_t method_width_ = 6;
};

}  // namespace trafrec::tools
