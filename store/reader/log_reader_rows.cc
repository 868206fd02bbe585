#include "store/reader/log_reader_rows.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "store/format/entry_format.h"
#include "store/reader/log_reader_results.h"

namespace trafrec::store {
namespace {

constexpr Flags kOpenBit = FlagBit(Flag::kOpen);

constexpr const char* kRowSql = R"sql(
SELECT e.n, e.connection, e.began_ns, e.latency_ns, e.method, t.bytes, h.bytes, e.status, e.flags,
  e.parts, e.frame, e.entry,
  c.client_address, c.client_port, c.server_address, c.server_port, c.frame, c.entry,
  c.client_isn, c.server_isn,
  q.id, q.frame, q.entry, qf.frame, qf.entry, q.extents, q.body_bytes, q.flags, q.first_seq,
  q.span_ns,
  a.id, a.frame, a.entry, af.frame, af.entry, a.extents, a.body_bytes, a.flags, a.first_seq
FROM exchange e
  LEFT JOIN text t ON t.id=e.target
  LEFT JOIN text h ON h.id=e.host
  LEFT JOIN connection c ON c.number=e.connection
  LEFT JOIN message q ON q.id=2*e.n
  LEFT JOIN message a ON a.id=2*e.n+1
  LEFT JOIN facts qf ON qf.message=2*e.n
  LEFT JOIN facts af ON af.message=2*e.n+1
WHERE e.n BETWEEN ?1 AND ?2 AND e.frame<=?3
ORDER BY e.n)sql";

/// Numbers that nobody asks for, between two that somebody does: to step over that many costs less
/// than another statement.
constexpr ExchangeNumber kStepOver = 4;

enum Column : int {
  kNumber,
  kConnection,
  kBegan,
  kLatency,
  kMethod,
  kTarget,
  kHost,
  kStatus,
  kFlags,
  kParts,
  kFrame,
  kEntry,
  kClientAddress,
  kClientPort,
  kServerAddress,
  kServerPort,
  kConnectionFrame,
  kConnectionEntry,
  kClientIsn,
  kServerIsn,
  kRequest,
  kRequestSpan = kRequest + 9,
  kResponse,
};

Endpoint EndpointOf(std::string_view address, uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() < text.size()) {
    std::ranges::copy(address, text.begin());
    std::array<uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.data(), bytes.data()) == 1) {
      endpoint.address = IpAddress::V4(bytes.data());
    } else if (inet_pton(AF_INET6, text.data(), bytes.data()) == 1) {
      endpoint.address = IpAddress::V6(bytes.data());
    }
  }
  return endpoint;
}

std::optional<uint32_t> Number32(const db::Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(static_cast<uint32_t>(row.Int(column)));
}

/// Of the nine columns from `first` on.
MessageRow MessageRowOf(const db::Statement& row, int first) {
  MessageRow message;
  MessagePlace& place = message.place;
  place.known = !row.IsNull(first);
  place.frame = row.Int(first + 1);
  place.entry = static_cast<uint32_t>(row.Int(first + 2));
  place.facts_frame = row.Int(first + 3);
  place.facts_entry = static_cast<uint32_t>(row.Int(first + 4));
  place.extents = static_cast<uint32_t>(row.Int(first + 5));
  message.body_bytes = row.Unsigned(first + 6);
  message.flags = row.Unsigned(first + 7);
  message.first_seq = Number32(row, first + 8);
  return message;
}

void SetRequest(ExchangeRow& row, const MessageRow& message) {
  row.request_body_bytes = message.body_bytes;
  row.request_flags = message.flags;
  row.identity.request_seq = message.first_seq;
  row.request_span_ns = message.span_ns;
}

void SetResponse(ExchangeRow& row, const MessageRow& message) {
  row.response_body_bytes = message.body_bytes;
  row.response_flags = message.flags;
  row.identity.response_seq = message.first_seq;
}

ExchangeRow RowOf(const db::Statement& row, const AttemptKey& attempt, uint32_t segment) {
  ExchangeRow exchange;
  exchange.id = {attempt.recorder, attempt.attempt, row.Unsigned(kNumber)};
  exchange.connection = row.Unsigned(kConnection);
  exchange.began_at = row.Int(kBegan);
  exchange.latency_ns = row.IsNull(kLatency) ? -1 : row.Int(kLatency);
  exchange.method = row.Text(kMethod);
  exchange.target = AsText(row.Blob(kTarget));
  exchange.host = AsText(row.Blob(kHost));
  exchange.status = static_cast<uint16_t>(row.Int(kStatus));
  exchange.flags = row.Unsigned(kFlags);
  const auto parts = static_cast<unsigned>(row.Int(kParts));
  exchange.has_request = (parts & kPartRequest) != 0;
  exchange.has_response = (parts & kPartResponse) != 0;
  exchange.client =
      EndpointOf(row.Text(kClientAddress), static_cast<uint16_t>(row.Int(kClientPort)));
  exchange.server =
      EndpointOf(row.Text(kServerAddress), static_cast<uint16_t>(row.Int(kServerPort)));
  ExchangePlace& place = exchange.place;
  place.segment = segment;
  place.continues = (parts & kPartContinues) != 0;
  place.frame = row.Int(kFrame);
  place.entry = static_cast<uint32_t>(row.Int(kEntry));
  place.connection_frame = row.Int(kConnectionFrame);
  place.connection_entry = static_cast<uint32_t>(row.Int(kConnectionEntry));
  exchange.identity.client_isn = Number32(row, kClientIsn);
  exchange.identity.server_isn = Number32(row, kServerIsn);
  MessageRow request = MessageRowOf(row, kRequest);
  request.span_ns = row.Int(kRequestSpan);
  place.request = request.place;
  SetRequest(exchange, request);
  const MessageRow response = MessageRowOf(row, kResponse);
  place.response = response.place;
  SetResponse(exchange, response);
  return exchange;
}

}  // namespace

Result<std::optional<MessageRow>> ReadMessageRow(SegmentConnection& connection, MessageId id) {
  TRY_ASSIGN(db::Statement * statement,
             connection.Prepared("SELECT m.id, m.frame, m.entry, f.frame, f.entry, m.extents, "
                                 "m.body_bytes, m.flags, m.first_seq, m.span_ns FROM message m "
                                 "LEFT JOIN facts f ON f.message=m.id WHERE m.id=?"));
  TRY_ASSIGN(const bool row, statement->Bind(0, id).Step());
  std::optional<MessageRow> message;
  if (row) {
    message = MessageRowOf(*statement, 0);
    message->span_ns = statement->Int(9);
  }
  statement->Reset();
  return message;
}

Status AddEarlierMessages(SegmentFiles& files, ExchangeRow& row) {
  const AttemptKey attempt{row.id.recorder, row.id.attempt};
  for (const Side side : {Side::kClient, Side::kServer}) {
    const bool client = side == Side::kClient;
    const bool present = client ? row.has_request : row.has_response;
    bool known = client ? row.place.request.known : row.place.response.known;
    for (uint32_t segment = row.place.segment - 1; present && !known && segment > 0; --segment) {
      const Status read =
          files.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
            TRY_ASSIGN(const std::optional<MessageRow> message,
                       ReadMessageRow(connection, MessageIdOf(row.id.number, side)));
            if (message) {
              client ? SetRequest(row, *message) : SetResponse(row, *message);
              known = true;
            }
            return {};
          });
      if (!read && read.error().code == ErrorCode::kNotFound) {
        break;
      }
      TRY(read);
    }
  }
  return {};
}

RowReader::RowReader(SegmentFiles& files, const FilterSql& filter)
    : files_(files), filter_(filter) {
  const std::string own = fmt::format(
      "SELECT e.n, e.began_ns, e.flags&{0}, e.frame FROM exchange e WHERE e.n BETWEEN ?1 AND ?2 "
      "AND "
      "e.frame>?3 AND (e.frame<=?4 OR e.n<?6 OR e.began_ns<?7) AND e.parts&?5=0",
      kOpenBit);
  if (filter.condition().empty()) {
    keys_sql_ = own;
  } else {
    // The user's SQL sees the view's columns only: nothing of the query around it.
    keys_sql_ = fmt::format(
        "WITH fit AS MATERIALIZED (SELECT n FROM exchanges WHERE n BETWEEN ?1 AND ?2 AND {}) {} "
        "AND (e.flags&{}<>0 OR e.n IN (SELECT n FROM fit))",
        filter.condition(), own, kOpenBit);
    fits_sql_ = "SELECT 1 FROM exchanges WHERE n=?1 AND " + filter.condition();
  }
}

Result<std::optional<ExchangeRow>> RowReader::Row(SegmentConnection& connection,
                                                  const AttemptKey& attempt, uint32_t segment,
                                                  ExchangeNumber number, int64_t frames_through) {
  TRY_ASSIGN(db::Statement * statement, connection.Prepared(kRowSql));
  TRY_ASSIGN(const bool row,
             statement->Bind(0, number).Bind(1, number).Bind(2, frames_through).Step());
  std::optional<ExchangeRow> exchange;
  if (row) {
    exchange = RowOf(*statement, attempt, segment);
  }
  statement->Reset();
  TRY_ASSIGN(const bool results, connection.MayHaveResults());
  if (exchange && results) {
    TRY(AddResultLink(connection, *exchange));
  }
  return exchange;
}

/// `rows` has a place for each; what is not there leaves its one as it was.
Status RowReader::RunOfRows(SegmentConnection& connection, const AttemptSnapshot& attempt,
                            uint32_t segment, std::span<const Wanted> run, As as,
                            std::vector<ExchangeRow>& rows) {
  TRY_ASSIGN(db::Statement * statement, connection.Prepared(kRowSql));
  statement->Bind(0, run.front().number)
      .Bind(1, run.back().number)
      .Bind(2,
            as == As::kNow ? std::numeric_limits<int64_t>::max() : attempt.FramesThrough(segment));
  for (auto next = run.begin();;) {
    TRY_ASSIGN(const bool row, statement->Step());
    if (!row) {
      break;
    }
    const ExchangeNumber number = statement->Unsigned(kNumber);
    while (next->number < number) {
      ++next;
    }
    if (next->number == number) {
      rows[next->place] = RowOf(*statement, attempt.key, segment);
    }
  }
  statement->Reset();
  TRY_ASSIGN(const bool results, connection.MayHaveResults());
  for (const Wanted& each : run) {
    if (results && rows[each.place].place.segment != 0) {
      TRY(AddResultLink(connection, rows[each.place]));
    }
  }
  return {};
}

Status RowReader::Keys(SegmentConnection& connection, const Range& range,
                       std::vector<RowKey>& keys) const {
  TRY_ASSIGN(db::Statement * statement, connection.PreparedGuarded(keys_sql_));
  statement->Bind(0, range.first)
      .Bind(1, range.last)
      .Bind(2, range.frames_after)
      .Bind(3, range.frames_through)
      .Bind(4, range.replacing ? 0U : kPartReplaces)
      .Bind(5, range.there_below)
      .Bind(6, range.there_before);
  filter_.Bind(*statement);
  while (true) {
    const Result<bool> row = statement->Step();
    if (!row) {
      return std::unexpected(filter_.Explained(row.error()));
    }
    if (!*row) {
      break;
    }
    keys.push_back(
        {statement->Int(1), statement->Unsigned(0), statement->Int(2) != 0, statement->Int(3)});
  }
  statement->Reset();
  return {};
}

Result<bool> RowReader::Fits(SegmentConnection& connection, ExchangeNumber number) const {
  if (fits_sql_.empty()) {
    return true;
  }
  TRY_ASSIGN(db::Statement * statement, connection.PreparedGuarded(fits_sql_));
  statement->Bind(0, number);
  filter_.Bind(*statement);
  const Result<bool> fits = statement->Step();
  statement->Reset();
  if (!fits) {
    return std::unexpected(filter_.Explained(fits.error()));
  }
  return *fits;
}

Status RowReader::Rows(const AttemptSnapshot& attempt, uint32_t segment,
                       const std::vector<RowKey>& keys, As as, std::vector<ExchangeRow>& rows) {
  const size_t before = rows.size();
  wanted_.clear();
  for (const RowKey& key : keys) {
    wanted_.push_back({key.number, before + wanted_.size()});
  }
  std::ranges::sort(wanted_, {}, &Wanted::number);
  const Status visited =
      files_.With(attempt.key, segment, [&](SegmentConnection& connection) -> Status {
        rows.resize(before);
        rows.resize(before + keys.size());
        const auto ends = [](const Wanted& one, const Wanted& next) {
          return next.number - one.number > kStepOver;
        };
        for (auto run = wanted_.begin(); run != wanted_.end();) {
          auto end = std::adjacent_find(run, wanted_.end(), ends);
          end += end == wanted_.end() ? 0 : 1;
          TRY(RunOfRows(connection, attempt, segment, std::span(run, end), as, rows));
          run = end;
        }
        return {};
      });
  TRY(visited);
  // Replaced since its key was read, by a row that is for the next Follow.
  const auto gone = std::remove_if(rows.begin() + static_cast<std::ptrdiff_t>(before), rows.end(),
                                   [](const ExchangeRow& row) { return row.place.segment == 0; });
  rows.erase(gone, rows.end());
  bool any_open = false;
  bool any_continued = false;
  for (size_t i = before; i < rows.size(); ++i) {
    NoteAhead(attempt, rows[i]);
    any_open = any_open || HasFlag(rows[i].flags, Flag::kOpen);
    any_continued = any_continued || rows[i].place.continues;
  }
  if (any_open) {
    TRY(ReplaceOpen(attempt, rows, before));
  }
  for (size_t i = before; (any_open || any_continued) && i < rows.size(); ++i) {
    TRY(AddEarlierMessages(files_, rows[i]));
  }
  return {};
}

void RowReader::NoteAhead(const AttemptSnapshot& attempt, const ExchangeRow& row) {
  if (row.place.frame > attempt.FramesThrough(row.place.segment) &&
      !HasFlag(row.flags, Flag::kOpen)) {
    ahead_[attempt.key].insert(row.id.number);
  }
}

Status RowReader::ReplaceOpen(const AttemptSnapshot& attempt, std::vector<ExchangeRow>& rows,
                              size_t from) {
  std::vector<ExchangeRow> kept;
  for (size_t i = from; i < rows.size(); ++i) {
    ExchangeRow row = std::move(rows[i]);
    if (!HasFlag(row.flags, Flag::kOpen)) {
      kept.push_back(std::move(row));
      continue;
    }
    for (const uint32_t segment : attempt.segments) {
      if (segment <= row.place.segment || !HasFlag(row.flags, Flag::kOpen)) {
        continue;
      }
      const Status visited =
          files_.With(attempt.key, segment, [&](SegmentConnection& connection) -> Status {
            TRY_ASSIGN(std::optional<ExchangeRow> later,
                       Row(connection, attempt.key, segment, row.id.number,
                           attempt.FramesThrough(segment)));
            row = later ? *std::move(later) : std::move(row);
            return {};
          });
      TRY(visited);
    }
    if (HasFlag(row.flags, Flag::kOpen)) {
      open_[attempt.key].insert(row.id.number);
    }
    bool fits = false;
    const Status visited =
        files_.With(attempt.key, row.place.segment, [&](SegmentConnection& connection) -> Status {
          TRY_ASSIGN(fits, Fits(connection, row.id.number));
          return {};
        });
    TRY(visited);
    if (fits) {
      kept.push_back(std::move(row));
    }
  }
  rows.resize(from);
  for (ExchangeRow& row : kept) {
    rows.push_back(std::move(row));
  }
  return {};
}

}  // namespace trafrec::store
