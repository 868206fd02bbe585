#include "reconcile/boundary/scrolled_copy.h"

#include <utility>

#include "reconcile/boundary/scroll_requests.h"
#include "replay/recorded/exchange_view.h"
#include "store/reader/exchange_id.h"

namespace trafrec::reconcile {

Result<std::vector<CopyDocument>> ScrolledCopy::Documents(std::span<const DocumentName> names) {
  // What no page shows was not there: the pages show all documents.
  std::vector<CopyDocument> found(names.size(), {.kind = CopyDocument::Kind::kAbsent});
  std::map<DocumentName, size_t> wanted;
  for (size_t i = 0; i < names.size(); ++i) {
    wanted[names[i]] = i;
  }
  for (const store::ExchangeId& page : pages_) {
    TRY_ASSIGN(const store::ExchangeRow row, log_.Find(store::FormatExchangeId(page)));
    TRY_ASSIGN(const store::StoredExchange exchange, log_.Load(row));
    const recorded::ExchangeView view(exchange);
    if (view.answer() == nullptr) {
      continue;
    }
    ReadPage(view.answer()->body, [&](const DocumentName& name, const CopyDocument& document) {
      if (const auto place = wanted.find(name); place != wanted.end()) {
        found[place->second] = document;
      }
    });
  }
  return found;
}

}  // namespace trafrec::reconcile
