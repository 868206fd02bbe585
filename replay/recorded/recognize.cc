#include "replay/recorded/recognize.h"

#include "replay/dialect/recognizer.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::recorded {
namespace {

/// Exchanges at the beginning of a log by which its dialect is recognised.
constexpr uint64_t kLookedAt = 200;

}  // namespace

Result<const dialect::Dialect*> RecognizeDialect(store::LogReader& log) {
  dialect::Recognizer recognizer;
  Status loaded;
  TRY(log.Visit({.limit = kLookedAt}, [&](const store::ExchangeRow& row) {
    const Result<store::StoredExchange> exchange = log.Load(row);
    if (!exchange) {
      loaded = std::unexpected(exchange.error());
      return false;
    }
    const recorded::ExchangeView view(*exchange);
    if (view.request() != nullptr) {
      recognizer.Look(*view.request(), view.answer());
    }
    return true;
  }));
  TRY(std::move(loaded));
  return &recognizer.Best();
}

}  // namespace trafrec::recorded
