#include "store/sql/log_sql_columns.h"

#include <cctype>
#include <string_view>

#include "base/time.h"
#include "store/reader/exchange_id.h"

namespace trafrec::store {
namespace {

db::SqlValue TextIf(bool there, const std::string& text) {
  return there && !text.empty() ? db::SqlValue(text) : db::SqlValue();
}

db::SqlValue NumberIf(bool there, int64_t number) {
  return there ? db::SqlValue(number) : db::SqlValue();
}

db::SqlValue AddressOf(const Endpoint& endpoint) { return endpoint.ToString(); }

}  // namespace

db::SqlValue ColumnOf(const ExchangeRow& row, int column) {
  switch (column) {
    case kColumnId:
      return FormatExchangeId(row.id);
    case kColumnRecorder:
      return row.id.recorder;
    case kColumnAttempt:
      return int64_t{row.id.attempt};
    case kColumnN:
      return static_cast<int64_t>(row.id.number);
    case kColumnTimeNs:
      return row.began_at;
    case kColumnTime:
      return FormatTime(row.began_at);
    case kColumnMethod:
      return TextIf(row.has_request, row.method);
    case kColumnTarget:
      return TextIf(row.has_request, row.target);
    case kColumnHost:
      return TextIf(row.has_request, row.host);
    case kColumnStatus:
      return NumberIf(row.has_response, row.status);
    case kColumnLatencyNs:
      return NumberIf(row.latency_ns >= 0, row.latency_ns);
    case kColumnRequestBytes:
      return NumberIf(row.has_request, static_cast<int64_t>(row.request_body_bytes));
    case kColumnResponseBytes:
      return NumberIf(row.has_response, static_cast<int64_t>(row.response_body_bytes));
    case kColumnClient:
      return AddressOf(row.client);
    case kColumnServer:
      return AddressOf(row.server);
    case kColumnConnection:
      return static_cast<int64_t>(row.connection);
    case kColumnFlags:
      return static_cast<int64_t>(row.flags);
    case kColumnSightings:
      return static_cast<int64_t>(row.sighting_count());
    default:
      return std::monostate{};
  }
}

std::optional<TimeNs> BeginOfTimeText(const std::string& text) {
  constexpr std::string_view kLeast = "0000-01-01T00:00:00.000000000Z";
  // Half a month or day has no least completion here: 1 begins with 10, not with 11.
  const bool half = text.size() == 6 || text.size() == 9;
  if (text.size() < 4 || text.size() > kLeast.size() || half) {
    return std::nullopt;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(kLeast[i])) != 0;
    const bool fits =
        digit ? std::isdigit(static_cast<unsigned char>(text[i])) != 0 : text[i] == kLeast[i];
    if (!fits) {
      return std::nullopt;
    }
  }
  const Result<TimeNs> time = ParseTime(text + std::string(kLeast.substr(text.size())), 0);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace trafrec::store
