#include "store/reader/row_matcher.h"

#include <string>
#include <string_view>

#include "store/db/column_function.h"
#include "store/reader/encrypted_texts.h"

namespace trafrec::store {
namespace {

constexpr const char* kTable =
    "CREATE TABLE merged(n INTEGER, time_ns INTEGER, time TEXT, method TEXT, target TEXT, "
    "host TEXT, status INTEGER, latency_ns INTEGER, request_bytes INTEGER, response_bytes "
    "INTEGER, client TEXT, server TEXT, connection INTEGER, flags INTEGER, sightings INTEGER)";

constexpr const char* kPut =
    "INSERT OR REPLACE INTO merged(rowid, n, time_ns, time, method, target, host, status, "
    "latency_ns, request_bytes, response_bytes, client, server, connection, flags, sightings) "
    "VALUES(1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

constexpr const char* kView = "CREATE VIEW exchanges AS SELECT * FROM merged";

/// A condition on what is hidden must not quietly find nothing.
constexpr const char* kRefusingView =
    "CREATE VIEW exchanges AS SELECT n, time_ns, time, method, "
    "CAST(trafrec_seen('target and host', 1, target) AS TEXT) AS target, "
    "CAST(trafrec_seen('target and host', 1, host) AS TEXT) AS host, status, latency_ns, "
    "request_bytes, response_bytes, "
    "CAST(trafrec_seen('client and server', 1, client) AS TEXT) AS client, "
    "CAST(trafrec_seen('client and server', 1, server) AS TEXT) AS server, connection, flags, "
    "sightings FROM merged";

Result<std::string> UnlessHidden(std::string_view column, int64_t, Bytes value) {
  const std::string_view text = AsText(value);
  if (text == kHiddenText || text.starts_with("[::]:")) {
    return Fail(ErrorCode::kPermission, std::string(column) + " are encrypted");
  }
  return std::string(text);
}

/// NULL where the view would have it.
template <typename T>
std::optional<T> If(bool there, T value) {
  return there ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<RowMatcher> RowMatcher::Make(const ExchangeFilter& filter, bool hidden) {
  TRY_ASSIGN(FilterSql sql, FilterSql::Make(filter, 1));
  TRY_ASSIGN(db::Database database, db::Database::OpenInMemory());
  TRY(database.Execute(kTable));
  if (hidden) {
    TRY(db::AddColumnFunction(database, "trafrec_seen", UnlessHidden));
  }
  TRY(database.Execute(hidden ? kRefusingView : kView));
  RowMatcher matcher(SegmentConnection(std::make_unique<db::Database>(std::move(database)),
                                       SegmentState::kSealed, nullptr),
                     std::move(sql));
  TRY(matcher.sql_.Check(matcher.memory_));
  return matcher;
}

Result<bool> RowMatcher::Fits(const ExchangeRow& row) {
  if (sql_.condition().empty()) {
    return true;
  }
  const std::string time = FormatTime(row.began_at);
  const std::string client = row.client.ToString();
  const std::string server = row.server.ToString();
  const auto text = [&](const std::string& value) {
    return If(row.has_request && !value.empty(), std::string_view(value));
  };
  TRY_ASSIGN(db::Statement * put, memory_.Prepared(kPut));
  TRY(put->Bind(0, row.id.number)
          .Bind(1, row.began_at)
          .Bind(2, std::string_view(time))
          .Bind(3, text(row.method))
          .Bind(4, text(row.target))
          .Bind(5, text(row.host))
          .Bind(6, If(row.has_response, int64_t{row.status}))
          .Bind(7, If(row.latency_ns >= 0, row.latency_ns))
          .Bind(8, If(row.has_request, row.request_body_bytes))
          .Bind(9, If(row.has_response, row.response_body_bytes))
          .Bind(10, std::string_view(client))
          .Bind(11, std::string_view(server))
          .Bind(12, row.connection)
          .Bind(13, row.flags)
          .Bind(14, row.sighting_count())
          .Run());
  TRY_ASSIGN(db::Statement * fits,
             memory_.PreparedGuarded("SELECT 1 FROM exchanges WHERE " + sql_.condition()));
  sql_.Bind(*fits);
  const Result<bool> found = fits->Step();
  fits->Reset();
  if (!found) {
    return std::unexpected(sql_.Explained(found.error()));
  }
  return *found;
}

}  // namespace trafrec::store
