#include "tools/compare/repeat_pairs.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "replay/recorded/exchange_view.h"
#include "tools/compare/limits.h"

namespace trafrec::tools {

Status RepeatPairs::Run(const AnswerPairs::Visitor& visit) {
  Status taken;
  TRY(log_.Visit({}, [&](const store::ExchangeRow& row) {
    Result<std::optional<RowPair>> pair = Take(row);
    if (!pair) {
      taken = std::unexpected(pair.error());
      return false;
    }
    return !*pair || visit(std::move(**pair));
  }));
  return taken;
}

Result<std::optional<RowPair>> RepeatPairs::Take(const store::ExchangeRow& row) {
  ++number_;
  if (!row.has_request || (row.request_flags & store::kIncompleteFlags) != 0) {
    return std::nullopt;
  }
  dialect::RequestView request{.method = row.method, .target = row.target, .headers{}, .body{}};
  std::optional<store::StoredExchange> stored;
  std::optional<recorded::ExchangeView> view;
  if (row.request_body_bytes > 0) {
    TRY_ASSIGN(stored, log_.Load(row));
    stored->response.reset();  // nobody asks for its content: it need not be decoded
    view.emplace(*stored);
    if (view->request() == nullptr) {
      return std::nullopt;
    }
    request = *view->request();
  }
  const dialect::Meaning meaning = dialect_.Understand(request);
  if (NoteMutation(meaning) || !HasWholeAnswer(row)) {
    return std::nullopt;
  }
  Key key(row.method, row.target, std::hash<std::string_view>{}(request.body));
  std::optional<RowPair> pair;
  if (const auto found = last_.find(key);
      found != last_.end() && found->second.number > LastWrite(meaning)) {
    pair = {std::move(found->second.row), row};
  }
  Keep(std::move(key), row);
  return pair;
}

bool RepeatPairs::NoteMutation(const dialect::Meaning& meaning) {
  if (!meaning.mutation) {
    return false;
  }
  written_any_ = number_;
  const std::vector<std::string_view> indices = dialect::IndicesOf(meaning);
  const bool unnamed = indices.empty() || !meaning.trouble.empty() ||
                       std::ranges::any_of(indices, [](std::string_view index) {
                         return index.find('*') != std::string_view::npos;
                       });
  if (unnamed || written_.size() > limits::kIndicesKept) {
    written_unnamed_ = number_;
    return true;
  }
  for (const std::string_view index : indices) {
    written_.insert_or_assign(std::string(index), number_);
  }
  return true;
}

uint64_t RepeatPairs::LastWrite(const dialect::Meaning& meaning) const {
  uint64_t last = written_unnamed_;
  const std::vector<std::string_view> indices = dialect::IndicesOf(meaning);
  if (indices.empty()) {
    return written_any_;
  }
  for (const std::string_view index : indices) {
    if (index.find('*') != std::string_view::npos || index.starts_with('_')) {
      return written_any_;
    }
    if (const auto found = written_.find(index); found != written_.end()) {
      last = std::max(last, found->second);
    }
  }
  return last;
}

void RepeatPairs::Keep(Key key, const store::ExchangeRow& row) {
  order_.emplace_back(key, number_);
  last_.insert_or_assign(std::move(key), Last{.row = row, .number = number_});
  while (order_.size() > limits::kRepeatsKept) {
    const auto& [oldest, number] = order_.front();
    if (const auto found = last_.find(oldest);
        found != last_.end() && found->second.number == number) {
      last_.erase(found);
    }
    order_.pop_front();
  }
}

}  // namespace trafrec::tools
