#pragma once

#include <array>
#include <string>

#include "store/db/virtual_table.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// The columns of `exchanges` in SQL, in their order.
enum ExchangeColumn : int {
  kColumnId,
  kColumnRecorder,
  kColumnAttempt,
  kColumnN,
  kColumnTimeNs,
  kColumnTime,
  kColumnMethod,
  kColumnTarget,
  kColumnHost,
  kColumnStatus,
  kColumnLatencyNs,
  kColumnRequestBytes,
  kColumnResponseBytes,
  kColumnClient,
  kColumnServer,
  kColumnConnection,
  kColumnFlags,
  kColumnSightings,
  kColumnCount,
};

inline constexpr std::array<db::VirtualColumn, kColumnCount> kExchangeColumns = {{
    {"id", "TEXT", db::Lookup::kOne},
    {"recorder", "TEXT", db::Lookup::kMany},
    {"attempt", "INTEGER", db::Lookup::kRange},
    {"n", "INTEGER", db::Lookup::kRange},
    {"time_ns", "INTEGER", db::Lookup::kRange},
    {"time", "TEXT", db::Lookup::kRange},
    {"method", "TEXT"},
    {"target", "TEXT"},
    {"host", "TEXT"},
    {"status", "INTEGER"},
    {"latency_ns", "INTEGER"},
    {"request_bytes", "INTEGER"},
    {"response_bytes", "INTEGER"},
    {"client", "TEXT"},
    {"server", "TEXT"},
    {"connection", "INTEGER"},
    {"flags", "INTEGER"},
    {"sightings", "INTEGER"},
}};

/// What a column says of a row, NULL where the view in a segment has NULL.
db::SqlValue ColumnOf(const ExchangeRow& row, int column);

/// The moment that text in the form of the column `time` begins: "2026-11-21T06" is 06:00:00.
/// Nothing for other text.
std::optional<TimeNs> BeginOfTimeText(const std::string& text);

}  // namespace trafrec::store
