#include "store/reader/log_reader_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "store/format/result_link_rows.h"

namespace trafrec::store {

Status AddResultLink(SegmentConnection& connection, ExchangeRow& row) {
  static const std::string kSql =
      fmt::format("SELECT {} FROM result_link WHERE exchange=?1", kResultLinkColumns);
  TRY_ASSIGN(db::Statement * statement, connection.Prepared(kSql));
  TRY_ASSIGN(const bool found, statement->Bind(0, row.id.number).Step());
  if (found) {
    row.link = ResultLinkOf(*statement);
    const EntryPlace place = ResultLinkPlaceOf(*statement);
    row.place.link_frame = place.frame;
    row.place.link_entry = place.entry;
  }
  statement->Reset();
  return {};
}

Result<uint64_t> CountResults(SegmentConnection& connection) {
  TRY_ASSIGN(const bool any, connection.MayHaveResults());
  if (!any) {
    return uint64_t{0};
  }
  TRY_ASSIGN(const auto count, connection.database().QueryInt("SELECT count(*) FROM result_link"));
  return static_cast<uint64_t>(count.value_or(0));
}

Result<std::vector<ExchangeId>> FindResults(SegmentFiles& files, LogCatalogue& catalogue,
                                            const ExchangeId& source) {
  std::vector<ExchangeId> found;
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue.AllAttempts());
  for (const AttemptKey& key : keys) {
    TRY_ASSIGN(const std::vector<uint32_t> segments, catalogue.VisibleSegments(key));
    for (const uint32_t segment : segments) {
      std::vector<ExchangeId> here;
      const Status read = files.With(key, segment, [&](SegmentConnection& connection) -> Status {
        here.clear();
        TRY_ASSIGN(const bool any, connection.MayHaveResults());
        if (!any) {
          return {};
        }
        TRY_ASSIGN(db::Statement * statement,
                   connection.Prepared("SELECT exchange FROM result_link WHERE source_exchange=?1 "
                                       "AND source_attempt=?2 AND source_recorder=?3 "
                                       "ORDER BY exchange"));
        statement->Bind(0, source.number)
            .Bind(1, source.attempt)
            .Bind(2, std::string_view(source.recorder));
        while (true) {
          TRY_ASSIGN(const bool row, statement->Step());
          if (!row) {
            break;
          }
          here.push_back({key.recorder, key.attempt, statement->Unsigned(0)});
        }
        statement->Reset();
        return {};
      });
      // A new segment may have no content yet.
      if (!read && read.error().code != ErrorCode::kNotFound) {
        return std::unexpected(read.error());
      }
      std::ranges::move(here, std::back_inserter(found));
    }
  }
  return found;
}

}  // namespace trafrec::store
