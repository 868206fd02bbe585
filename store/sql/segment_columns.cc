#include "store/sql/segment_columns.h"

#include <array>

#include "store/sql/log_sql_columns.h"

namespace trafrec::store {
namespace {

enum Join : int { kTarget, kHost, kRequest, kResponse, kConnection, kJoins };
constexpr std::array<const char*, kJoins> kJoinSql = {
    " LEFT JOIN text t ON t.id=e.target", " LEFT JOIN text h ON h.id=e.host",
    " LEFT JOIN message q ON q.id=2*e.n", " LEFT JOIN message a ON a.id=2*e.n+1",
    " LEFT JOIN connection c ON c.number=e.connection"};

constexpr auto kColumns = std::to_array<SegmentColumn>({
    {kColumnMethod, "e.method"},
    {kColumnTarget, "CAST(t.bytes AS TEXT)", kTarget},
    {kColumnHost, "CAST(h.bytes AS TEXT)", kHost},
    {kColumnStatus, "e.status"},
    {kColumnLatencyNs, "e.latency_ns"},
    {kColumnRequestBytes, "q.body_bytes", kRequest},
    {kColumnResponseBytes, "a.body_bytes", kResponse},
    {kColumnClient,
     "CAST(CASE WHEN instr(c.client_address, ':') THEN '[' || c.client_address || ']' ELSE "
     "c.client_address END || ':' || c.client_port AS TEXT)",
     kConnection},
    {kColumnServer,
     "CAST(CASE WHEN instr(c.server_address, ':') THEN '[' || c.server_address || ']' ELSE "
     "c.server_address END || ':' || c.server_port AS TEXT)",
     kConnection},
    {kColumnConnection, "e.connection"},
    {kColumnFlags, "e.flags"},
});

}  // namespace

std::span<const SegmentColumn> SegmentColumns() { return kColumns; }

std::string SegmentJoinsOf(uint64_t columns) {
  std::array<bool, kJoins> joined{};
  for (const SegmentColumn& each : kColumns) {
    if ((columns & ColumnBit(each.column)) != 0 && each.join >= 0) {
      joined[static_cast<size_t>(each.join)] = true;
    }
  }
  std::string joins;
  for (size_t i = 0; i < kJoins; ++i) {
    joins += joined[i] ? kJoinSql[i] : "";
  }
  return joins;
}

}  // namespace trafrec::store
