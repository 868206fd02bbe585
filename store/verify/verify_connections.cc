// RowChecker's comparison of connections and losses, the tables with many columns and few rows.

#include <fmt/format.h>

#include "store/verify/verify_rows.h"

namespace trafrec::store {
namespace {

template <typename T>
std::optional<T> Optional(const db::Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(static_cast<T>(row.Int(column)));
}

SideClose CloseAt(const db::Statement& row, int column) {
  SideClose close;
  close.fin_at = Optional<TimeNs>(row, column);
  close.fin_seq = static_cast<uint32_t>(row.Int(column + 1));
  close.rst_at = Optional<TimeNs>(row, column + 2);
  close.rst_seq = static_cast<uint32_t>(row.Int(column + 3));
  close.payload_bytes = row.Unsigned(column + 4);
  close.gap_bytes = row.Unsigned(column + 5);
  return close;
}

bool SameClose(const SideClose& row, const SideClose& entry) {
  return row.fin_at == entry.fin_at && (!entry.fin_at || row.fin_seq == entry.fin_seq) &&
         row.rst_at == entry.rst_at && (!entry.rst_at || row.rst_seq == entry.rst_seq) &&
         row.payload_bytes == entry.payload_bytes && row.gap_bytes == entry.gap_bytes;
}

std::string EncapsulationInJson(const std::vector<EncapsulationId>& ids) {
  std::string text;
  for (const EncapsulationId& id : ids) {
    text +=
        fmt::format("{}[\"{}\",{}]", text.empty() ? "[" : ",", EncapsulationName(id.kind), id.id);
  }
  return text.empty() ? text : text + "]";
}

}  // namespace

Status RowChecker::BeginConnections() {
  TRY_ASSIGN(db::Statement connections,
             database_.Prepare(
                 "SELECT number, client_address, client_port, server_address, server_port, "
                 "client_isn, server_isn, interface, encapsulation, opened_ns, closed_ns, "
                 "handshake_ns, close_cause, protocol, client_fin_ns, client_fin_seq, "
                 "client_rst_ns, client_rst_seq, client_payload_bytes, client_gap_bytes, "
                 "server_fin_ns, server_fin_seq, server_rst_ns, server_rst_seq, "
                 "server_payload_bytes, server_gap_bytes, flags, frame, entry FROM connection "
                 "ORDER BY number"));
  connections_.Begin(std::move(connections), [](const db::Statement& row) {
    ConnectionRecordRow connection;
    ConnectionRecord& record = connection.record;
    connection.client_address = row.Text(1);
    record.client.port = static_cast<uint16_t>(row.Int(2));
    connection.server_address = row.Text(3);
    record.server.port = static_cast<uint16_t>(row.Int(4));
    record.client_isn = Optional<uint32_t>(row, 5);
    record.server_isn = Optional<uint32_t>(row, 6);
    record.interface = row.Text(7);
    connection.encapsulation = row.Text(8);
    record.opened_at = row.Int(9);
    record.closed_at = row.Int(10);
    record.handshake_ns = Optional<int64_t>(row, 11);
    record.close_cause = static_cast<CloseCause>(row.Int(12));
    record.protocol = static_cast<Protocol>(row.Int(13));
    record.client_close = CloseAt(row, 14);
    record.server_close = CloseAt(row, 20);
    record.flags = row.Unsigned(26);
    connection.place = {row.Int(27), static_cast<uint32_t>(row.Int(28))};
    return connection;
  });
  return {};
}

Status RowChecker::Connection(const EntryPlace& place, const EntryView& view) {
  const Result<ConnectionRecord> entry = DecodeConnection(view);
  if (!entry) {
    report_(fmt::format("entry {} of frame {}: {}", place.entry, place.frame, entry.error().what));
    return {};
  }
  TRY_ASSIGN(ConnectionRecordRow * row, connections_.Find(entry->number));
  const std::string of = fmt::format("connection {}", entry->number);
  if (row == nullptr) {
    report_(
        fmt::format("entry {} of frame {} is {}, which has no row", place.entry, place.frame, of));
    return {};
  }
  if (!IsPlace(of, row->place, place)) {
    return {};
  }
  const ConnectionRecord& record = row->record;
  const auto differs = [&](const char* column, bool different) {
    if (different) {
      report_(fmt::format("the row of {} has another {} than its entry", of, column));
    }
  };
  differs("client", row->client_address != entry->client.address.ToString() ||
                        record.client.port != entry->client.port);
  differs("server", row->server_address != entry->server.address.ToString() ||
                        record.server.port != entry->server.port);
  differs("client_isn", record.client_isn != entry->client_isn);
  differs("server_isn", record.server_isn != entry->server_isn);
  differs("interface", record.interface != entry->interface);
  differs("encapsulation", row->encapsulation != EncapsulationInJson(entry->encapsulation));
  differs("opened_ns", record.opened_at != entry->opened_at);
  differs("closed_ns", record.closed_at != entry->closed_at);
  differs("handshake_ns", record.handshake_ns != entry->handshake_ns);
  differs("close_cause", record.close_cause != entry->close_cause);
  differs("protocol", record.protocol != entry->protocol);
  differs("client's close", !SameClose(record.client_close, entry->client_close));
  differs("server's close", !SameClose(record.server_close, entry->server_close));
  differs("flags", record.flags != entry->flags);
  connections_.Settle(entry->number);
  return {};
}

Status RowChecker::ReadLosses() {
  TRY_ASSIGN(
      db::Statement rows,
      database_.Prepare("SELECT frame, entry, cause, from_ns, until_ns, connection, packets, "
                        "bytes, exact, recorder, of_bytes FROM loss"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    LossRecord loss;
    loss.cause = static_cast<LossCause>(rows.Int(2));
    loss.from = rows.Int(3);
    loss.until = rows.Int(4);
    loss.connection = Optional<ConnectionNumber>(rows, 5);
    loss.packets = rows.Unsigned(6);
    loss.bytes = rows.Unsigned(7);
    loss.exact = rows.Int(8) != 0;
    loss.of_bytes = rows.Unsigned(10);
    if (rows.Text(9) != attempt_.recorder) {
      report_(
          fmt::format("a {} loss is of recorder '{}'", LossCauseName(loss.cause), rows.Text(9)));
    }
    losses_[{rows.Int(0), static_cast<uint32_t>(rows.Int(1))}] = loss;
  }
}

Status RowChecker::Loss(const EntryPlace& place, const EntryView& view) {
  const Result<LossRecord> entry = DecodeLoss(view);
  const auto row = losses_.find(place);
  if (!entry) {
    report_(fmt::format("entry {} of frame {}: {}", place.entry, place.frame, entry.error().what));
  } else if (row == losses_.end()) {
    report_(fmt::format("entry {} of frame {} is a {} loss, which has no row", place.entry,
                        place.frame, LossCauseName(entry->cause)));
  } else {
    if (row->second != *entry) {
      report_(fmt::format("the row of the {} loss in frame {} is not what its entry says",
                          LossCauseName(entry->cause), place.frame));
    }
  }
  if (row != losses_.end()) {
    losses_.erase(row);
  }
  return {};
}

}  // namespace trafrec::store
