#include "tools/compare/source_rows.h"

#include <utility>

#include "store/reader/exchange_id.h"

namespace trafrec::tools {

Result<std::optional<store::ExchangeRow>> SourceRows::Take(const store::ExchangeId& id) {
  if (!ahead_.contains(id)) {
    TRY(ReadUntil(id));
  }
  if (auto found = ahead_.extract(id)) {
    return std::move(found.mapped());
  }
  Result<store::ExchangeRow> row = log_.Find(store::FormatExchangeId(id));
  if (!row && row.error().code != ErrorCode::kNotFound) {
    return std::unexpected(row.error());
  }
  return row ? std::optional(std::move(*row)) : std::nullopt;
}

Result<std::optional<store::ExchangeRow>> SourceRows::Next() {
  if (cursor_ == nullptr) {
    TRY_ASSIGN(cursor_, log_.Rows(std::nullopt, std::nullopt));
  }
  TRY_ASSIGN(std::optional<store::ExchangeRow> row, cursor_->Next());
  read_ += row ? 1 : 0;
  return row;
}

Status SourceRows::ReadUntil(const store::ExchangeId& id) {
  for (size_t read = 0; read < kAhead; ++read) {
    TRY_ASSIGN(std::optional<store::ExchangeRow> row, Next());
    if (!row) {
      break;
    }
    const store::ExchangeId read_id = row->id;
    order_.push_back(read_id);
    ahead_.emplace(read_id, std::move(*row));
    if (order_.size() > kAhead) {
      ahead_.erase(order_.front());
      order_.pop_front();
    }
    if (read_id == id) {
      break;
    }
  }
  return {};
}

Result<uint64_t> SourceRows::CountAll() {
  while (true) {
    TRY_ASSIGN(const std::optional<store::ExchangeRow> row, Next());
    if (!row) {
      return read_;
    }
  }
}

}  // namespace trafrec::tools
