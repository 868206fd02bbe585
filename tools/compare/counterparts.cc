#include "tools/compare/counterparts.h"

#include <utility>

#include "store/reader/exchange_id.h"
#include "tools/compare/limits.h"

namespace trafrec::tools {

Sending SendingOf(const store::ResultLink& link) {
  return {store::SourceOf(link), link.first_item, link.items};
}

Sending Counterparts::KeyOf(const store::ExchangeRow& row) const {
  return of_run_ && row.link ? SendingOf(*row.link) : Sending{.exchange = row.id};
}

Result<std::optional<store::ExchangeRow>> Counterparts::Take(const Sending& sending) {
  const Sending key = of_run_ ? sending : Sending{.exchange = sending.exchange};
  if (!ahead_.contains(key)) {
    TRY(ReadUntil(key));
  }
  if (auto found = ahead_.extract(key)) {
    return std::move(found.mapped());
  }
  return Find(sending);
}

Result<std::optional<store::ExchangeRow>> Counterparts::Find(const Sending& sending) {
  if (of_run_) {
    return FindInRun(sending);
  }
  Result<store::ExchangeRow> row = log_.Find(store::FormatExchangeId(sending.exchange));
  if (!row && row.error().code != ErrorCode::kNotFound) {
    return std::unexpected(row.error());
  }
  return row ? std::optional(std::move(*row)) : std::nullopt;
}

Result<std::optional<store::ExchangeRow>> Counterparts::FindInRun(const Sending& sending) {
  TRY_ASSIGN(const std::vector<store::ExchangeId> results, log_.ResultsOf(sending.exchange));
  for (const store::ExchangeId& id : results) {
    TRY_ASSIGN(store::ExchangeRow row, log_.Find(store::FormatExchangeId(id)));
    if (KeyOf(row) == sending) {
      return row;
    }
  }
  return std::nullopt;
}

Result<std::optional<store::ExchangeRow>> Counterparts::Next() {
  if (cursor_ == nullptr) {
    TRY_ASSIGN(cursor_, log_.Rows(std::nullopt, std::nullopt));
  }
  TRY_ASSIGN(std::optional<store::ExchangeRow> row, cursor_->Next());
  read_ += row ? 1 : 0;
  return row;
}

Status Counterparts::ReadUntil(const Sending& key) {
  for (size_t read = 0; read < limits::kRowsAhead; ++read) {
    TRY_ASSIGN(std::optional<store::ExchangeRow> row, Next());
    if (!row) {
      break;
    }
    const Sending read_key = KeyOf(*row);
    order_.push_back(read_key);
    ahead_.emplace(read_key, std::move(*row));
    if (order_.size() > limits::kRowsAhead) {
      ahead_.erase(order_.front());
      order_.pop_front();
    }
    if (read_key == key) {
      break;
    }
  }
  return {};
}

Result<uint64_t> Counterparts::CountAll() {
  while (true) {
    TRY_ASSIGN(const std::optional<store::ExchangeRow> row, Next());
    if (!row) {
      return read_;
    }
  }
}

}  // namespace trafrec::tools
