#include "store/writer/text_table.h"

#include "store/limits.h"

namespace trafrec::store {

Status TextTable::Prepare(db::Database& database, SegmentCipher* cipher) {
  cipher_ = cipher;
  TRY(put_texts_.Prepare(database, "INSERT OR REPLACE INTO text"));
  TRY_ASSIGN(put_block_, database.Prepare("INSERT INTO text_block VALUES(?,?)", true));
  TRY_ASSIGN(const auto last, database.QueryInt("SELECT max(id) FROM text"));
  next_id_ = last.value_or(0) + 1;
  return {};
}

Result<int64_t> TextTable::IdOf(std::string_view text) {
  if (const auto known = ids_.find(text); known != ids_.end()) {
    return known->second;
  }
  if (ids_.size() >= limits::kTextsMax || known_bytes_ + text.size() > limits::kTextBytesMax) {
    TRY(Flush());
    ForgetKnown();
  }
  const int64_t id = next_id_++;
  TRY(Add(id, ids_.emplace(text, id).first->first));
  known_bytes_ += text.size();
  return id;
}

Status TextTable::Add(int64_t id, std::string_view text) {
  if (cipher_ == nullptr) {
    rows_.push_back({id, text});
    return rows_.size() < db::ManyRows<2>::kRowsAtOnce ? Status() : Flush();
  }
  block_.Add(text);
  return block_.bytes() < limits::kTextBlockBytes ? Status() : Flush();
}

Status TextTable::Flush() {
  Status put;
  if (!rows_.empty()) {
    put = put_texts_.Put(std::span<const Row>(rows_), [](db::RowValues& values, const Row& row) {
      values.Bind(0, row.id).Bind(1, AsBytes(row.text));
      return Status();
    });
    rows_.clear();
  }
  if (block_.count() > 0) {
    const int64_t first = next_id_ - block_.count();
    put = put_block_.Bind(0, first).Bind(1, block_.Encrypt(*cipher_, first)).Run();
    block_.Clear();
  }
  return put;
}

void TextTable::Forget() {
  rows_.clear();
  block_.Clear();
  ForgetKnown();
}

void TextTable::ForgetKnown() {
  ids_.clear();
  known_bytes_ = 0;
}

}  // namespace trafrec::store
