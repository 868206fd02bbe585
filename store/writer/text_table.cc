#include "store/writer/text_table.h"

#include "store/limits.h"

namespace trafrec::store {

Status TextTable::Prepare(db::Database& database, SegmentCipher* cipher) {
  cipher_ = cipher;
  TRY_ASSIGN(put_, database.Prepare(cipher_ == nullptr ? "INSERT INTO text VALUES(?,?)"
                                                       : "INSERT INTO text_block VALUES(?,?)",
                                    true));
  TRY_ASSIGN(const auto last, database.QueryInt("SELECT max(id) FROM text"));
  next_id_ = last.value_or(0) + 1;
  return {};
}

Result<int64_t> TextTable::IdOf(std::string_view text) {
  if (const auto known = ids_.find(text); known != ids_.end()) {
    return known->second;
  }
  if (ids_.size() >= limits::kTextsMax || known_bytes_ + text.size() > limits::kTextBytesMax) {
    ForgetKnown();
  }
  const int64_t id = next_id_++;
  TRY(Add(id, text));
  ids_.emplace(text, id);
  known_bytes_ += text.size();
  return id;
}

Status TextTable::Add(int64_t id, std::string_view text) {
  if (cipher_ == nullptr) {
    return put_.Bind(0, id).Bind(1, AsBytes(text)).Run();
  }
  waiting_.Add(text);
  return waiting_.bytes() < limits::kTextBlockBytes ? Status() : Flush();
}

Status TextTable::Flush() {
  if (waiting_.count() == 0) {
    return {};
  }
  const int64_t first = next_id_ - waiting_.count();
  const Status put = put_.Bind(0, first).Bind(1, waiting_.Encrypt(*cipher_, first)).Run();
  waiting_.Clear();
  return put;
}

void TextTable::Forget() {
  ForgetKnown();
  waiting_.Clear();
}

void TextTable::ForgetKnown() {
  ids_.clear();
  known_bytes_ = 0;
}

}  // namespace trafrec::store
