// RowChecker's comparison of a replay's results: their links to the source.

#include <fmt/format.h>

#include "store/format/result_link_rows.h"
#include "store/verify/verify_rows.h"

namespace trafrec::store {

Status RowChecker::BeginLinks() {
  TRY_ASSIGN(const bool any, HasResultLinkTable(database_));
  if (!any) {
    return {};
  }
  TRY_ASSIGN(db::Statement rows,
             database_.Prepare(
                 fmt::format("SELECT {} FROM result_link ORDER BY exchange", kResultLinkColumns)));
  links_.Begin(std::move(rows), [](const db::Statement& row) {
    return LinkRow{ResultLinkOf(row), ResultLinkPlaceOf(row)};
  });
  return {};
}

Status RowChecker::Link(const EntryPlace& place, const EntryView& view) {
  const Result<ResultLink> entry = DecodeResultLink(view);
  if (!entry) {
    report_(fmt::format("entry {} of frame {}: {}", place.entry, place.frame, entry.error().what));
    return {};
  }
  TRY_ASSIGN(LinkRow * row, links_.Find(entry->exchange));
  if (row == nullptr) {
    report_(fmt::format("entry {} of frame {} is the link of exchange {}, which has no row",
                        place.entry, place.frame, IdOf(entry->exchange)));
    return {};
  }
  if (IsPlace("the link of exchange " + IdOf(entry->exchange), row->place, place)) {
    if (row->record != *entry) {
      report_(fmt::format("the row of the link of exchange {} is not what its entry says",
                          IdOf(entry->exchange)));
    }
    links_.Settle(entry->exchange);
  }
  return {};
}

}  // namespace trafrec::store
