#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/many_rows.h"
#include "store/format/segment_cipher.h"
#include "store/format/text_block.h"

namespace trafrec::store {

/// The texts of one open segment, each with an id: targets and hosts, which many rows share. New
/// ones wait for others, at most until the commit: in a clear segment to be put together, in an
/// encrypted one to be encrypted together. Writer thread only.
class TextTable {
 public:
  /// Before the first text. `cipher` null: the segment is clear.
  Status Prepare(db::Database& database, SegmentCipher* cipher);

  /// The id of a text in this segment; adds it if it is not known.
  Result<int64_t> IdOf(std::string_view text);
  /// Writes what waits; before the commit.
  Status Flush();
  /// After a rollback: what was added since the commit may not be there.
  void Forget();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  struct Row {
    int64_t id;
    std::string_view text;  // in ids_
  };

  Status Add(int64_t id, std::string_view text);
  void ForgetKnown();

  SegmentCipher* cipher_ = nullptr;
  db::ManyRows<2> put_texts_;
  db::Statement put_block_;
  std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> ids_;
  size_t known_bytes_ = 0;
  int64_t next_id_ = 1;
  // What waits has the newest ids.
  std::vector<Row> rows_;
  TextBlock block_;
};

}  // namespace trafrec::store
