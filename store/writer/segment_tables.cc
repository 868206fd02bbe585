#include "store/writer/segment_tables.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "store/files/log_layout.h"
#include "store/format/segment_schema.h"
#include "store/limits.h"

namespace trafrec::store {
namespace {

std::optional<std::string_view> UnlessEmpty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// JSON that SQL's json_each can take apart: [["vlan",5],["vxlan",77]]. The names need no escapes.
std::optional<std::string> EncapsulationText(const std::vector<EncapsulationId>& encapsulation) {
  if (encapsulation.empty()) {
    return std::nullopt;
  }
  std::string text;
  for (const EncapsulationId& id : encapsulation) {
    text +=
        fmt::format("{}[\"{}\",{}]", text.empty() ? "[" : ",", EncapsulationName(id.kind), id.id);
  }
  return text + "]";
}

Status Configure(db::Database& database, bool live) {
  TRY(database.Execute(
      fmt::format("PRAGMA page_size={}; PRAGMA application_id={}; "
                  "PRAGMA user_version={}; PRAGMA cache_size=-{};",
                  kPageBytes, kApplicationId, kSegmentVersion, limits::kPageCacheKiB)));
  if (live) {
    TRY(database.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
    // SQLite would keep the failure of a checkpoint of its own to itself.
    database.CheckpointByHand();
    return {};
  }
  return database.Execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;");
}

}  // namespace

Result<SegmentTables> SegmentTables::Create(const std::filesystem::path& path,
                                            const AttemptFacts& facts, uint32_t segment,
                                            const Encryption& encryption) {
  TRY_ASSIGN(db::Database database, db::Database::Open(path, db::OpenMode::kCreate));
  database.SetBusyTimeout(limits::kReaderBusyMs);
  SegmentTables tables(std::move(database));
  TRY(Configure(tables.database_, facts.live));
  TRY(tables.Begin());
  TRY(tables.database_.Execute(kSegmentSchema));
  TRY(tables.database_.Execute(kSegmentAdditions));
  TRY(tables.PutAttemptFact("format", kLogFormat));
  TRY(tables.PutAttemptFact("log_id", facts.log_id));
  TRY(tables.PutAttemptFact("recorder", facts.recorder));
  TRY(tables.PutAttemptFact("attempt", facts.attempt));
  TRY(tables.PutAttemptFact("segment", segment));
  TRY(tables.PutAttemptFact("version", facts.version));
  TRY(tables.PutAttemptFact("source", facts.source));
  if (!facts.job.empty()) {
    TRY(tables.PutAttemptFact("job", facts.job));
  }
  TRY(tables.PutAttemptFact("live", facts.live ? 1 : 0));
  TRY(tables.PutAttemptFact("clock", facts.live ? "realtime" : "capture"));
  if (facts.live) {
    TRY(tables.PutAttemptFact("durability", facts.durability));
  }
  TRY(tables.PutAttemptFact("started_ns", facts.started_at));
  if (!encryption.recipients.empty()) {
    TRY(tables.Encrypt(facts, segment, encryption));
  }
  TRY(tables.Commit());
  TRY(tables.PrepareStatements());
  return tables;
}

Result<SegmentTables> SegmentTables::Reopen(const std::filesystem::path& path) {
  TRY_ASSIGN(db::Database database, db::Database::Open(path, db::OpenMode::kReadWrite));
  database.SetBusyTimeout(limits::kReaderBusyMs);
  SegmentTables tables(std::move(database));
  // An older trafrec may have made it.
  TRY(tables.database_.Execute(kSegmentAdditions));
  TRY(tables.PrepareStatements());
  return tables;
}

Status SegmentTables::PrepareStatements() {
  struct Wanted {
    db::Statement* statement;
    const char* sql;
  };
  const std::array wanted = {
      Wanted{&put_frame_, "INSERT INTO frame VALUES(?,?,?,?,?,?)"},
      Wanted{&update_message_,
             "UPDATE message SET span_ns=?2, body_bytes=?3, extents=?4, flags=?5 WHERE id=?1"},
      Wanted{&add_message_, "INSERT INTO message VALUES(?1,NULL,NULL,?2,NULL,?3,?4,?5,?6)"},
      Wanted{&put_facts_, "INSERT OR REPLACE INTO facts VALUES(?,?,?)"},
      Wanted{&put_gap_, "INSERT OR REPLACE INTO gap VALUES(?,?,?,?,?,?,?,?)"},
      Wanted{&delete_gaps_, "DELETE FROM gap WHERE message=?"},
      Wanted{&put_extent_, "INSERT OR REPLACE INTO extent VALUES(?,?,?,?,?)"},
      Wanted{&put_interim_, "INSERT OR REPLACE INTO interim VALUES(?,?,?,?)"},
      Wanted{&put_connection_,
             "INSERT OR REPLACE INTO connection "
             "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      Wanted{&put_loss_, "INSERT INTO loss VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?)"},
      Wanted{&put_sentinel_, "INSERT OR REPLACE INTO sentinel VALUES(?,?,?,?,?,?,?,?,?,?,?)"},
      Wanted{&put_watermark_, "INSERT INTO watermark VALUES(?,?,?,?)"},
      Wanted{&put_mark_, "INSERT OR REPLACE INTO mark VALUES(?,?)"},
      Wanted{&put_counter_, "INSERT OR REPLACE INTO counter VALUES(?,?,?)"},
  };
  TRY(put_messages_.Prepare(database_, "INSERT OR REPLACE INTO message"));
  TRY(put_exchanges_.Prepare(database_, "INSERT OR REPLACE INTO exchange"));
  TRY(put_result_links_.Prepare(database_, "INSERT OR REPLACE INTO result_link"));
  for (const Wanted& each : wanted) {
    TRY_ASSIGN(*each.statement, database_.Prepare(each.sql, true));
  }
  return texts_.Prepare(database_, cipher_.get());
}

Status SegmentTables::Begin() { return database_.Execute("BEGIN"); }

Status SegmentTables::Commit() {
  TRY(texts_.Flush());
  return database_.Execute("COMMIT");
}

void SegmentTables::Rollback() {
  if (in_transaction()) {
    static_cast<void>(database_.Execute("ROLLBACK"));
  }
  texts_.Forget();
}

Status SegmentTables::PutFrame(int64_t id, const Frame& frame) {
  Bytes data = frame.bytes.bytes();
  if (cipher_ != nullptr) {
    cipher_->EncryptFrame(data, FrameKind::kEntries, id, encrypted_);
    data = encrypted_.bytes();
  }
  return put_frame_.Bind(0, id)
      .Bind(1, frame.first_ns)
      .Bind(2, frame.last_ns)
      .Bind(3, frame.entries)
      .Bind(4, frame.raw_bytes)
      .Bind(5, data)
      .Run();
}

Status SegmentTables::PutMessages(int64_t frame, std::span<const FrameRows::Message> rows) {
  return put_messages_.Put(rows, [frame](db::RowValues& values, const FrameRows::Message& row) {
    values.Bind(0, row.id)
        .Bind(1, frame)
        .Bind(2, row.entry)
        .Bind(3, row.span_ns)
        .Bind(4, row.head_bytes)
        .Bind(5, row.body_bytes)
        .Bind(6, row.extents)
        .Bind(7, row.flags)
        .Bind(8, row.first_seq);
    return Status();
  });
}

Status SegmentTables::PutFacts(int64_t frame, const FrameRows::Message& row) {
  const auto bind = [&](db::Statement& statement) -> db::Statement& {
    return statement.Bind(0, row.id)
        .Bind(1, row.span_ns)
        .Bind(2, row.body_bytes)
        .Bind(3, row.extents)
        .Bind(4, row.flags);
  };
  TRY(bind(update_message_).Run());
  if (database_.changes() == 0) {
    TRY(bind(add_message_).Bind(5, row.first_seq).Run());
  }
  return put_facts_.Bind(0, row.id).Bind(1, frame).Bind(2, row.entry).Run();
}

Status SegmentTables::PutGap(MessageId message, uint32_t index, const MessageGap& gap) {
  return put_gap_.Bind(0, message)
      .Bind(1, index)
      .Bind(2, static_cast<int64_t>(gap.part))
      .Bind(3, gap.body_offset)
      .Bind(4, gap.flow_offset)
      .Bind(5, gap.length)
      .Bind(6, gap.revealed_at)
      .Bind(7, static_cast<int64_t>(gap.cause))
      .Run();
}

Status SegmentTables::DeleteGaps(MessageId message) { return delete_gaps_.Bind(0, message).Run(); }

Status SegmentTables::PutExtent(int64_t frame, const FrameRows::Extent& row) {
  return put_extent_.Bind(0, row.message)
      .Bind(1, row.index)
      .Bind(2, frame)
      .Bind(3, row.entry)
      .Bind(4, row.bytes)
      .Run();
}

Status SegmentTables::PutExchanges(int64_t frame, std::span<const FrameRows::Exchange> rows,
                                   std::string_view texts) {
  const auto bind = [&](db::RowValues& values, const FrameRows::Exchange& row) -> Status {
    const std::string_view method = texts.substr(row.text_at, row.method_bytes);
    const std::string_view target = texts.substr(row.text_at + row.method_bytes, row.target_bytes);
    const std::string_view host =
        texts.substr(row.text_at + row.method_bytes + row.target_bytes, row.host_bytes);
    std::optional<int64_t> target_id;
    std::optional<int64_t> host_id;
    if (!target.empty()) {
      TRY_ASSIGN(target_id, texts_.IdOf(target));
    }
    if (!host.empty()) {
      TRY_ASSIGN(host_id, texts_.IdOf(host));
    }
    values.Bind(0, row.number)
        .Bind(1, row.connection)
        .Bind(2, row.began_ns)
        .Bind(3, row.latency_ns < 0 ? std::nullopt : std::optional(row.latency_ns))
        .Bind(4, UnlessEmpty(method))
        .Bind(5, target_id)
        .Bind(6, host_id)
        .Bind(7, row.status == 0 ? std::nullopt : std::optional(row.status))
        .Bind(8, row.flags)
        .Bind(9, row.parts)
        .Bind(10, frame)
        .Bind(11, row.entry);
    return {};
  };
  return put_exchanges_.Put(rows, bind);
}

Status SegmentTables::PutInterim(const FrameRows::Interim& row) {
  return put_interim_.Bind(0, row.exchange)
      .Bind(1, row.index)
      .Bind(2, row.at_ns)
      .Bind(3, row.status)
      .Run();
}

Status SegmentTables::PutConnection(int64_t frame, const FrameRows::Connection& row) {
  const ConnectionRecord& connection = row.record;
  std::string client = connection.client.address.ToString();
  std::string server = connection.server.address.ToString();
  if (encrypts_addresses_) {
    const auto number = static_cast<int64_t>(connection.number);
    client = cipher_->EncryptColumn("client_address", number, client);
    server = cipher_->EncryptColumn("server_address", number, server);
  }
  const auto bind_address = [&](int parameter, const std::string& address) {
    if (encrypts_addresses_) {
      put_connection_.Bind(parameter, AsBytes(address));
    } else {
      put_connection_.Bind(parameter, std::string_view(address));
    }
  };
  const std::optional<std::string> encapsulation = EncapsulationText(connection.encapsulation);
  const auto bind_close = [&](int first, const SideClose& side) {
    put_connection_.Bind(first, side.fin_at)
        .Bind(first + 1, side.fin_at ? std::optional(side.fin_seq) : std::nullopt)
        .Bind(first + 2, side.rst_at)
        .Bind(first + 3, side.rst_at ? std::optional(side.rst_seq) : std::nullopt)
        .Bind(first + 4, side.payload_bytes)
        .Bind(first + 5, side.gap_bytes);
  };
  bind_address(1, client);
  bind_address(3, server);
  put_connection_.Bind(0, connection.number)
      .Bind(2, connection.client.port)
      .Bind(4, connection.server.port)
      .Bind(5, connection.client_isn)
      .Bind(6, connection.server_isn)
      .Bind(7, UnlessEmpty(connection.interface))
      .Bind(8, encapsulation ? std::optional<std::string_view>(*encapsulation) : std::nullopt)
      .Bind(9, connection.opened_at)
      .Bind(10, connection.closed_at)
      .Bind(11, connection.handshake_ns)
      .Bind(12, static_cast<int64_t>(connection.close_cause))
      .Bind(13, static_cast<int64_t>(connection.protocol));
  bind_close(14, connection.client_close);
  bind_close(20, connection.server_close);
  return put_connection_.Bind(26, connection.flags).Bind(27, frame).Bind(28, row.entry).Run();
}

Status SegmentTables::PutLoss(int64_t frame, const FrameRows::Loss& row,
                              std::string_view recorder) {
  const LossRecord& loss = row.record;
  return put_loss_.Bind(0, static_cast<int64_t>(loss.cause))
      .Bind(1, recorder)
      .Bind(2, loss.from)
      .Bind(3, loss.until)
      .Bind(4, loss.connection)
      .Bind(5, loss.packets)
      .Bind(6, loss.bytes)
      .Bind(7, static_cast<int64_t>(loss.exact))
      .Bind(8, loss.of_bytes)
      .Bind(9, frame)
      .Bind(10, row.entry)
      .Run();
}

Status SegmentTables::PutSentinel(int64_t frame, const FrameRows::Sentinel& row) {
  const SentinelRecord& sentinel = row.record;
  // Audience, purpose and detail are words of a head.
  std::array<std::string, 3> words = {sentinel.audience, sentinel.purpose, sentinel.detail};
  const auto bind_words = [&](int parameter, const char* column, std::string& text) {
    if (cipher_ == nullptr || text.empty()) {
      put_sentinel_.Bind(parameter, UnlessEmpty(text));
      return;
    }
    text = cipher_->EncryptColumn(column, static_cast<int64_t>(sentinel.exchange), text);
    put_sentinel_.Bind(parameter, AsBytes(text));
  };
  bind_words(4, "audience", words[0]);
  bind_words(7, "purpose", words[1]);
  bind_words(8, "detail", words[2]);
  return put_sentinel_.Bind(0, sentinel.exchange)
      .Bind(1, static_cast<int64_t>(sentinel.verdict))
      .Bind(2, sentinel.at)
      .Bind(3, UnlessEmpty(sentinel.key_id))
      .Bind(5, sentinel.sent_at == 0 ? std::nullopt : std::optional(sentinel.sent_at))
      .Bind(6, UnlessEmpty(sentinel.nonce))
      .Bind(9, frame)
      .Bind(10, row.entry)
      .Run();
}

Status SegmentTables::PutWatermark(const WatermarkRecord& row) {
  const std::string hold = HoldText(row.answers_hold);
  return put_watermark_.Bind(0, row.at)
      .Bind(1, row.requests_through)
      .Bind(2, row.answers_through)
      .Bind(3, UnlessEmpty(hold))
      .Run();
}

Status SegmentTables::PutResultLinks(int64_t frame, std::span<const FrameRows::Link* const> rows) {
  return put_result_links_.Put(rows, [frame](db::RowValues& values, const FrameRows::Link* row) {
    const ResultLink& link = row->record;
    values.Bind(0, link.exchange)
        .Bind(1, std::string_view(link.source_recorder))
        .Bind(2, link.source_attempt)
        .Bind(3, link.source_exchange)
        .Bind(4, link.first_item)
        .Bind(5, link.items)
        .Bind(6, link.tries)
        .Bind(7, link.parts)
        .Bind(8, UnlessEmpty(link.target))
        .Bind(9, link.lag_ns)
        .Bind(10, UnlessEmpty(link.wait))
        .Bind(11, link.wait_ns)
        .Bind(12, UnlessEmpty(link.source_outcome))
        .Bind(13, UnlessEmpty(link.target_outcome))
        .Bind(14, frame)
        .Bind(15, row->entry);
    return Status();
  });
}

Status SegmentTables::PutCounters(const Counters& counters) {
  for (const Counter& counter : counters) {
    TRY(put_counter_.Bind(0, std::string_view(counter.name))
            .Bind(1, UnlessEmpty(counter.part_of))
            .Bind(2, counter.value)
            .Run());
  }
  return {};
}

db::Database SegmentTables::TakeDatabase(SegmentTables tables) {
  return std::move(tables.database_);
}

}  // namespace trafrec::store
