#include "store/repair/repair_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "store/reader/exchange_id.h"

namespace trafrec::store {

int64_t LastFrameOf(db::Database& segment) {
  int64_t last = 0;
  for (const char* table : {"frame", "exchange", "message", "loss", "connection"}) {
    const bool own = std::string_view(table) == "frame";
    const auto found =
        segment.QueryInt(fmt::format("SELECT max({}) FROM main.{}", own ? "id" : "frame", table));
    last = std::max(last, found ? found->value_or(0) : 0);
  }
  return last;
}

std::vector<std::string> ExchangesIn(db::Database& segment, const AttemptKey& attempt,
                                     int64_t frame) {
  std::vector<std::string> ids;
  Result<db::Statement> rows = segment.Prepare(
      "SELECT n FROM exchange WHERE frame=?1 UNION SELECT id/2 FROM message WHERE frame=?1 "
      "UNION SELECT message/2 FROM facts WHERE frame=?1 "
      "UNION SELECT message/2 FROM extent WHERE frame=?1");
  if (rows) {
    rows->Bind(0, frame);
    for (Result<bool> row = rows->Step(); row && *row; row = rows->Step()) {
      ids.push_back(FormatExchangeId({attempt.recorder, attempt.attempt, rows->Unsigned(0)}));
    }
  }
  return ids;
}

}  // namespace trafrec::store
