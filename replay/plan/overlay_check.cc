#include "replay/plan/overlay_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/edit/views.h"
#include "replay/plan/limits.h"
#include "replay/plan/overlay_request.h"
#include "replay/recorded/request.h"
#include "store/reader/exchange_id.h"

namespace trafrec::plan {
namespace {

using store::OverlayEntry;

/// It asks for more than that the exchange is there.
bool NeedsRequest(const OverlayEntry& entry) {
  return OverlayCheck::Concerns(entry) &&
         (entry.at.item || std::holds_alternative<store::OverlayRewrite>(entry.what));
}

std::string ItemsInWords(size_t items) {
  return items == 1 ? "one item, 0" : fmt::format("{} items, 0 to {}", items, items - 1);
}

/// Operations, of which a request has at least one.
size_t CountOfItems(const dialect::Meaning& meaning) {
  return std::max<size_t>(1, meaning.operations.size());
}

std::unexpected<Error> NoSuchItem(const store::OperationAddress& at, size_t items) {
  return Fail(
      ErrorCode::kUsage,
      fmt::format("the overlay speaks of {}, and there is no such item: the exchange has {}",
                  FormatAddress(at), ItemsInWords(items)),
      "trafrec show LOG ID shows the request");
}

}  // namespace

bool OverlayCheck::Concerns(const OverlayEntry& entry) {
  return std::holds_alternative<store::OverlayDrop>(entry.what) ||
         std::holds_alternative<store::OverlayMove>(entry.what) ||
         std::holds_alternative<store::OverlayRewrite>(entry.what);
}

/// Nothing: nobody can tell what the request is.
Result<std::optional<OverlayCheck::Known>> OverlayCheck::Load(const store::ExchangeId& id) const {
  if (store::IsInsertion(id)) {
    if (overlay_ == nullptr) {
      return std::nullopt;
    }
    TRY_ASSIGN(const auto insertion, overlay_->FindInsertion(id.number));
    return insertion ? std::optional(Known{RequestOf(*insertion), true}) : std::nullopt;
  }
  TRY_ASSIGN(const store::ExchangeRow row, log_.Find(store::FormatExchangeId(id)));
  const Result<store::StoredExchange> stored = log_.Load(row);
  if (!stored && stored.error().code == ErrorCode::kPermission) {
    return std::nullopt;
  }
  TRY(stored);
  auto recorded =
      stored->request ? recorded::RequestOf(*stored->request, limits::kBodyBytes) : std::nullopt;
  if (!recorded) {
    return std::nullopt;
  }
  return Known{std::move(recorded->request), recorded::IsWhole(*stored->request)};
}

dialect::Meaning OverlayCheck::MeaningOf(const dialect::Dialect& dialect,
                                         const Known& known) const {
  const auto headers = edit::HeaderViews(known.request.fields);
  return dialect.Understand(
      {known.request.method, known.request.target, headers, known.request.body});
}

Status OverlayCheck::Items(std::span<const OverlayEntry> entries,
                           const dialect::Meaning& meaning) const {
  const size_t items = CountOfItems(meaning);
  for (const OverlayEntry& entry : entries) {
    if (Concerns(entry) && entry.at.item.value_or(0) >= items) {
      return NoSuchItem(entry.at, items);
    }
    const auto* rewrite = std::get_if<store::OverlayRewrite>(&entry.what);
    if (rewrite != nullptr && !entry.at.item && !rewrite->body && !rewrite->pointers.empty() &&
        items > 1) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("the overlay cannot rewrite {}: its body is of several JSON texts",
                              FormatAddress(entry.at)),
                  fmt::format("name one of its {}, as in {}/0", ItemsInWords(items),
                              FormatAddress(entry.at)));
    }
  }
  return {};
}

Status OverlayCheck::Fits(std::span<const OverlayEntry> entries, const Known& known,
                          const dialect::Dialect& dialect) const {
  const dialect::Meaning meaning = MeaningOf(dialect, known);
  if (known.whole) {
    TRY(Items(entries, meaning));
  }
  message::Request request = known.request;
  return ApplyRewrites({entries.begin(), entries.end()}, meaning, request);
}

/// What something is moved beside.
Status OverlayCheck::Other(const store::OperationAddress& other) const {
  if (!other.item) {
    return {};
  }
  TRY_ASSIGN(const std::optional<Known> known, Load(other.exchange));
  size_t items = 0;
  for (const dialect::Dialect* dialect : dialects_) {
    items = std::max(items, known ? CountOfItems(MeaningOf(*dialect, *known)) : 0);
  }
  return known && known->whole && *other.item >= items ? NoSuchItem(other, items) : Status();
}

Status OverlayCheck::Entries(std::span<const OverlayEntry> entries) {
  for (const OverlayEntry& entry : entries) {
    if (const auto* move = std::get_if<store::OverlayMove>(&entry.what)) {
      TRY(Other(move->other));
    }
  }
  if (std::ranges::none_of(entries, NeedsRequest)) {
    return {};
  }
  TRY_ASSIGN(const std::optional<Known> known, Load(entries.front().at.exchange));
  if (!known) {
    return {};
  }
  Status first;  // it is the first dialect's words that count
  for (const dialect::Dialect* dialect : dialects_) {
    Status fits = Fits(entries, *known, *dialect);
    if (fits) {
      return {};
    }
    first = first ? std::move(fits) : first;
  }
  return first;
}

Status OverlayCheck::All(store::OverlayReader& overlay) {
  overlay_ = &overlay;
  std::vector<OverlayEntry> entries;  // of one exchange
  Status failed;
  const auto look = [&] {
    failed = entries.empty() ? Status() : Entries(entries);
    entries.clear();
    return failed.has_value();
  };
  TRY(overlay.Visit(
      [&](const OverlayEntry& entry) {
        if (!entries.empty() && entries.front().at.exchange != entry.at.exchange && !look()) {
          return false;
        }
        if (Concerns(entry)) {
          entries.push_back(entry);
        }
        return true;
      },
      [](const store::Insertion&) { return false; }));
  if (failed) {
    look();
  }
  overlay_ = nullptr;
  return failed;
}

}  // namespace trafrec::plan
