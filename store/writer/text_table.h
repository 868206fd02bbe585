#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/segment_cipher.h"
#include "store/format/text_block.h"

namespace trafrec::store {

/// The texts of one open segment, each with an id: targets and hosts, which many rows share. In a
/// clear segment a text is a row; in an encrypted one new texts wait, at most until the commit, to
/// be encrypted together. Writer thread only.
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

  Status Add(int64_t id, std::string_view text);
  void ForgetKnown();

  SegmentCipher* cipher_ = nullptr;
  db::Statement put_;
  std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> ids_;
  size_t known_bytes_ = 0;
  int64_t next_id_ = 1;
  TextBlock waiting_;  // the newest ids
};

}  // namespace trafrec::store
