#include "store/reader/log_reader_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/reader/exchange_id.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

std::unexpected<Error> Contradicts(const ExchangeRow& row, std::string_view what) {
  return Fail(ErrorCode::kCorrupt, fmt::format("exchange {}: {}", FormatExchangeId(row.id), what),
              "trafrec verify LOG names all that is damaged");
}

bool IsMissing(const Status& status) {
  return !status && status.error().code == ErrorCode::kNotFound;
}

}  // namespace

Status ExchangeLoader::LookForNewerFacts(const ExchangeRow& row, MessageParts& parts) {
  const AttemptKey attempt{row.id.recorder, row.id.attempt};
  for (uint32_t segment = row.place.segment + 1;
       segment <= row.place.segment + limits::kFactsLookahead; ++segment) {
    std::optional<MessageRow> later;
    const auto known = least_ids_.find({attempt, segment});
    if (known != least_ids_.end() && known->second > parts.id) {
      continue;
    }
    const Status read = files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
      TRY_ASSIGN(const auto least, connection.database().QueryInt("SELECT min(id) FROM message"));
      least_ids_[{attempt, segment}] = static_cast<MessageId>(least.value_or(INT64_MAX));
      TRY_ASSIGN(later, ReadMessageRow(connection, parts.id));
      return {};
    });
    if (IsMissing(read)) {
      // Asking the file system again for each message would cost more than all the rest.
      least_ids_[{attempt, segment}] = std::numeric_limits<MessageId>::max();
      break;
    }
    TRY(read);
    if (later && later->place.facts_frame != 0) {
      parts.facts_segment = segment;
      parts.facts_frame = later->place.facts_frame;
      parts.facts_entry = later->place.facts_entry;
      parts.extents = later->place.extents;
    }
  }
  return {};
}

/// True: a segment is gone in which it may be.
Result<bool> ExchangeLoader::LookBack(const ExchangeRow& row, MessageParts& parts) {
  const AttemptKey attempt{row.id.recorder, row.id.attempt};
  bool any = row.place.segment != 0 && parts.facts_frame != 0;
  for (uint32_t segment = row.place.segment - 1; parts.frame == 0 && segment > 0; --segment) {
    std::optional<MessageRow> earlier;
    const Status read = files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
      TRY_ASSIGN(earlier, ReadMessageRow(connection, parts.id));
      return {};
    });
    if (IsMissing(read)) {
      return true;
    }
    TRY(read);
    if (!earlier) {
      continue;
    }
    const MessagePlace& place = earlier->place;
    if (!any) {
      parts.extents = place.extents;
      any = true;
    }
    if (parts.facts_frame == 0 && place.facts_frame != 0) {
      parts.facts_segment = segment;
      parts.facts_frame = place.facts_frame;
      parts.facts_entry = place.facts_entry;
    }
    if (place.frame != 0) {
      parts.segment = segment;
      parts.frame = place.frame;
      parts.entry = place.entry;
    }
  }
  return false;
}

Result<ExchangeLoader::MessageParts> ExchangeLoader::FindParts(const ExchangeRow& row, Side side) {
  const MessagePlace& place = side == Side::kClient ? row.place.request : row.place.response;
  MessageParts parts;
  parts.id = MessageIdOf(row.id.number, side);
  parts.segment = row.place.segment;
  parts.frame = place.frame;
  parts.entry = place.entry;
  parts.extents = place.extents;
  if (place.facts_frame != 0) {
    parts.facts_segment = row.place.segment;
    parts.facts_frame = place.facts_frame;
    parts.facts_entry = place.facts_entry;
  }
  TRY(LookForNewerFacts(row, parts));
  if (parts.frame == 0) {
    TRY_ASSIGN(const bool gone, LookBack(row, parts));
    if (parts.frame == 0 && gone) {
      return Fail(ErrorCode::kNotFound, "it was in a segment that is gone");
    }
  }
  if (parts.frame == 0) {
    return Contradicts(
        row, side == Side::kClient ? "its request is in no frame" : "its response is in no frame");
  }
  return parts;
}

Result<std::vector<ExchangeLoader::ExtentPlace>> ExchangeLoader::FindExtents(
    const AttemptKey& attempt, uint32_t segment, MessageId id, uint32_t count) {
  std::vector<ExtentPlace> places;
  uint32_t found = 0;
  for (; found < count && segment > 0; --segment) {
    std::vector<std::pair<uint32_t, ExtentPlace>> here;
    const Status read = files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
      here.clear();
      TRY_ASSIGN(db::Statement * statement,
                 connection.Prepared("SELECT idx, frame, entry FROM extent WHERE message=?1 AND "
                                     "idx<?2 ORDER BY idx"));
      statement->Bind(0, id).Bind(1, count);
      while (true) {
        TRY_ASSIGN(const bool row, statement->Step());
        if (!row) {
          break;
        }
        here.emplace_back(
            static_cast<uint32_t>(statement->Int(0)),
            ExtentPlace{segment, statement->Int(1), static_cast<uint32_t>(statement->Int(2))});
      }
      statement->Reset();
      return {};
    });
    if (IsMissing(read)) {
      break;
    }
    TRY(read);
    for (const auto& [index, place] : here) {
      places.resize(std::max<size_t>(places.size(), size_t{index} + 1));
      if (places[index].frame == 0) {
        places[index] = place;
        ++found;
      }
    }
  }
  return places;
}

Status ExchangeLoader::AppendExtents(const AttemptKey& attempt, MessageId id,
                                     const std::vector<ExtentPlace>& places, size_t from, size_t to,
                                     std::string& body) {
  for (size_t index = from; index < std::min(to, places.size()); ++index) {
    const ExtentPlace& place = places[index];
    if (place.frame == 0) {
      continue;
    }
    TRY_ASSIGN(const EntryView view,
               frames_.Entry(attempt, place.segment, place.frame, place.entry, EntryKind::kExtent));
    TRY_ASSIGN(const ExtentEntry extent, DecodeExtent(view));
    if (extent.id != id || extent.index != index) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("frame {} of segment {:06}: entry {} is of another message",
                              place.frame, place.segment, place.entry));
    }
    body.append(AsText(extent.body));
  }
  return {};
}

Result<StoredMessage> ExchangeLoader::LoadMessage(const ExchangeRow& row, Side side) {
  const AttemptKey attempt{row.id.recorder, row.id.attempt};
  TRY_ASSIGN(const MessageParts parts, FindParts(row, side));
  std::vector<ExtentPlace> places;
  if (parts.extents > 0) {
    const uint32_t newest = std::max(row.place.segment, parts.facts_segment);
    TRY_ASSIGN(places, FindExtents(attempt, newest, parts.id, parts.extents));
  }
  TRY_ASSIGN(const EntryView view,
             frames_.Entry(attempt, parts.segment, parts.frame, parts.entry, EntryKind::kMessage));
  TRY_ASSIGN(const MessageEntry entry, DecodeMessage(view));
  if (entry.id != parts.id) {
    return Contradicts(row, "its row points to another message's entry");
  }
  StoredMessage message;
  message.facts = entry.facts;
  message.head = AsText(entry.head);
  message.trailers = AsText(entry.trailers);
  if (places.empty()) {
    message.body = AsText(entry.body);
  } else {
    // Other frames are read in between, so what is borrowed from this one must be copied first.
    const uint32_t before = entry.extents;
    const std::string rest(AsText(entry.body));
    TRY(AppendExtents(attempt, parts.id, places, 0, before, message.body));
    message.body += rest;
    TRY(AppendExtents(attempt, parts.id, places, before, parts.extents, message.body));
  }
  if (parts.facts_frame != 0) {
    TRY_ASSIGN(const EntryView facts_view,
               frames_.Entry(attempt, parts.facts_segment, parts.facts_frame, parts.facts_entry,
                             EntryKind::kMessageFacts));
    TRY_ASSIGN(MessageEntry facts, DecodeMessage(facts_view));
    if (facts.id != parts.id) {
      return Contradicts(row, "its row points to another message's facts");
    }
    if (!facts.trailers.empty()) {
      message.trailers = AsText(facts.trailers);
    }
    message.facts = std::move(facts.facts);
  }
  if (static_cast<size_t>(std::ranges::count_if(
          places, [](const ExtentPlace& place) { return place.frame != 0; })) < parts.extents) {
    // They were lost to a full disk: the message must not be taken for whole.
    message.facts.flags |= FlagBit(Flag::kBodyShed);
    message.facts.body_stored_bytes = message.body.size();
  }
  return message;
}

Result<ConnectionRecord> ExchangeLoader::LoadConnection(const AttemptKey& attempt,
                                                        const ExchangeRow& row) {
  const ExchangePlace& place = row.place;
  if (place.connection_frame == 0) {
    return Contradicts(row, "its connection is not in its segment");
  }
  const ConnectionKey key{attempt, place.segment, place.connection_frame, place.connection_entry};
  if (const auto known = connections_.find(key); known != connections_.end()) {
    return known->second;
  }
  TRY_ASSIGN(const EntryView view, frames_.Entry(attempt, place.segment, place.connection_frame,
                                                 place.connection_entry, EntryKind::kConnection));
  TRY_ASSIGN(ConnectionRecord connection, DecodeConnection(view));
  if (connection.number != row.connection) {
    return Contradicts(row, "its row points to another connection's entry");
  }
  if (connections_.size() >= limits::kConnectionCacheMax) {
    connections_.clear();
  }
  connections_.emplace(key, connection);
  return connection;
}

Status ExchangeLoader::PutMessage(const ExchangeRow& row, Side side, ExchangeRow& shown,
                                  std::optional<StoredMessage>& message) {
  Result<StoredMessage> loaded = LoadMessage(row, side);
  if (!loaded && loaded.error().code == ErrorCode::kNotFound) {
    // Gone with a segment, deleted by retention or missing: the rest is shown, as incomplete.
    (side == Side::kClient ? shown.has_request : shown.has_response) = false;
    shown.flags |= FlagBit(Flag::kBodyShed);
    return {};
  }
  TRY_ASSIGN(message, std::move(loaded));
  shown.flags |= message->facts.flags & FlagBit(Flag::kBodyShed);
  return {};
}

Result<StoredExchange> ExchangeLoader::Load(const ExchangeRow& row) {
  const AttemptKey attempt{row.id.recorder, row.id.attempt};
  StoredExchange exchange;
  exchange.row = row;
  TRY_ASSIGN(const EntryView view, frames_.Entry(attempt, row.place.segment, row.place.frame,
                                                 row.place.entry, EntryKind::kExchange));
  TRY_ASSIGN(ExchangeRecord record, DecodeExchange(view));
  if (record.number != row.id.number) {
    return Contradicts(row, "its row points to another exchange's entry");
  }
  exchange.interim = std::move(record.interim);
  if (row.link) {
    TRY_ASSIGN(const EntryView link, frames_.Entry(attempt, row.place.segment, row.place.link_frame,
                                                   row.place.link_entry, EntryKind::kResultLink));
    TRY_ASSIGN(exchange.row.link, DecodeResultLink(link));
    if (exchange.row.link->exchange != row.id.number) {
      return Contradicts(row, "its row points to another exchange's link");
    }
  }
  TRY_ASSIGN(exchange.connection, LoadConnection(attempt, row));
  if (row.has_request) {
    TRY(PutMessage(row, Side::kClient, exchange.row, exchange.request));
  }
  if (row.has_response) {
    TRY(PutMessage(row, Side::kServer, exchange.row, exchange.response));
  }
  return exchange;
}

}  // namespace trafrec::store
