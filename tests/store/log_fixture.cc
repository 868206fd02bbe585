#include "tests/store/log_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "store/codec/zstd_codec.h"
#include "store/files/log_layout.h"
#include "store/format/frame_format.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

void ReadEntry(const EntryView& entry, LogContent& content,
               std::map<std::pair<MessageId, uint32_t>, std::string>& extents,
               std::map<MessageId, uint32_t>& extents_before) {
  switch (entry.kind) {
    case EntryKind::kExtent: {
      const ExtentEntry extent = DecodeExtent(entry).value();
      extents[{extent.id, extent.index}] = AsText(extent.body);
      return;
    }
    case EntryKind::kMessage:
    case EntryKind::kMessageFacts: {
      const MessageEntry message = DecodeMessage(entry).value();
      content.facts[message.id] = message.facts;
      if (!message.trailers.empty()) {
        content.trailers[message.id] = AsText(message.trailers);
      }
      if (entry.kind == EntryKind::kMessage) {
        content.bodies[message.id] = AsText(message.body);
        extents_before[message.id] = message.extents;
      }
      return;
    }
    default:
      return;
  }
}

void ReadRows(db::Database& database, LogContent& content) {
  auto exchanges = database
                       .Prepare(
                           "SELECT n, connection, CAST(bytes AS TEXT), flags, parts FROM "
                           "exchange LEFT JOIN text ON text.id = target ORDER BY n")
                       .value();
  while (exchanges.Step().value()) {
    LogContent::Row& row = content.exchanges[exchanges.Unsigned(0)];
    row = {exchanges.Unsigned(1), std::string(exchanges.Text(2)), exchanges.Unsigned(3),
           static_cast<unsigned>(exchanges.Int(4)), row.rows + 1};
  }
  auto losses =
      database.Prepare("SELECT cause, from_ns, until_ns, bytes FROM loss ORDER BY id").value();
  while (losses.Step().value()) {
    content.losses.push_back(
        {static_cast<LossCause>(losses.Int(0)), losses.Int(1), losses.Int(2), losses.Unsigned(3)});
  }
  content.marks.clear();
  auto marks = database.Prepare("SELECT name, value FROM mark").value();
  while (marks.Step().value()) {
    content.marks[std::string(marks.Text(0))] = marks.Int(1);
  }
  auto counters = database.Prepare("SELECT name, value FROM counter").value();
  while (counters.Step().value()) {
    content.counters[std::string(counters.Text(0))] = counters.Int(1);
  }
  content.attempt.clear();
  auto attempt = database.Prepare("SELECT key, value FROM attempt").value();
  while (attempt.Step().value()) {
    content.attempt[std::string(attempt.Text(0))] = attempt.Text(1);
  }
}

}  // namespace

ConnectionRecord Connection(ConnectionNumber number) {
  const uint8_t client[4] = {10, 0, 0, 1};
  const uint8_t server[4] = {10, 0, 0, 2};
  ConnectionRecord connection;
  connection.number = number;
  connection.client = {IpAddress::V4(client), static_cast<uint16_t>(40'000 + number)};
  connection.server = {IpAddress::V4(server), 9200};
  connection.client_isn = 1;
  connection.opened_at = kBegin;
  connection.closed_at = kBegin;
  return connection;
}

std::string RequestHead(ExchangeNumber n) {
  return fmt::format("PUT /index/_doc/{} HTTP/1.1\r\nHost: search:9200\r\n\r\n", n);
}

MessageRecord Message(MessageId id, Bytes head, Bytes body) {
  MessageRecord message;
  message.id = id;
  message.connection = 1;
  message.head = head;
  message.body_rest = body;
  MessageFacts& facts = message.facts;
  facts.first_byte_at = TimeOf(ExchangeOf(id)) + (SideOf(id) == Side::kServer ? 2000 : 0);
  facts.last_byte_at = facts.first_byte_at + 1000;
  facts.last_copy_at = facts.last_byte_at;
  facts.first_seq = static_cast<uint32_t>(1'000 * id);
  facts.wire_bytes = head.size() + body.size();
  facts.body_bytes = facts.body_stored_bytes = body.size();
  return message;
}

ExchangeRecord Exchange(ExchangeNumber n) {
  ExchangeRecord exchange;
  exchange.number = n;
  exchange.connection = 1;
  exchange.has_request = exchange.has_response = true;
  exchange.began_at = TimeOf(n);
  exchange.latency_ns = 1000;
  exchange.status = 201;
  exchange.method = "PUT";
  exchange.target = fmt::format("/index/_doc/{}", n);
  exchange.host = "search:9200";
  return exchange;
}

std::string BodyOf(ExchangeNumber n, size_t bytes) {
  std::string body(bytes, '\0');
  uint64_t state = n;
  for (size_t at = 0; at < bytes; at += sizeof(state)) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const uint64_t mixed = state ^ (state >> 29);
    std::memcpy(body.data() + at, &mixed, std::min(sizeof(mixed), bytes - at));
  }
  return body;
}

LogWriterOptions Finite(const fs::path& log) {
  LogWriterOptions options;
  options.log = log;
  options.recorder = "r";
  options.version = "test";
  options.source = "files a.pcap";
  return options;
}

LogWriterOptions Live(const fs::path& log) {
  LogWriterOptions options = Finite(log);
  options.live = true;
  options.source = "interface lo";
  options.commit_interval_ms = 10;
  return options;
}

void PutExchanges(RecordSink& sink, ExchangeNumber first, ExchangeNumber last, size_t body_bytes) {
  const std::string answer_head = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n";
  if (first == 1) {
    sink.PutConnection(Connection(1));
  }
  for (ExchangeNumber n = first; n <= last; ++n) {
    const std::string head = RequestHead(n);
    const std::string body = BodyOf(n, body_bytes);
    sink.PutMessage(Message(MessageIdOf(n, Side::kClient), AsBytes(head), AsBytes(body)));
    sink.PutMessage(Message(MessageIdOf(n, Side::kServer), AsBytes(answer_head), AsBytes("ok")));
    sink.PutExchange(Exchange(n));
    sink.Advance({n + 1, TimeOf(n), TimeOf(n)}, TimeOf(n));
  }
}

std::vector<LossCause> LogContent::LossCauses() const {
  std::vector<LossCause> causes;
  std::ranges::transform(losses, std::back_inserter(causes), &Loss::cause);
  return causes;
}

LogContent ReadLog(const fs::path& log) {
  LogContent content;
  codec::ZstdDecompressor zstd;
  FrameBuffer raw;
  std::map<std::pair<MessageId, uint32_t>, std::string> extents;
  std::map<MessageId, uint32_t> extents_before;
  const std::vector<std::string> recorders = ListRecorders(log).value();
  for (const std::string& recorder : recorders) {
    const std::vector<uint32_t> attempts = ListAttempts(log / recorder).value();
    for (const uint32_t attempt : attempts) {
      const fs::path directory = log / recorder / AttemptDirectoryName(attempt);
      const std::vector<SegmentFile> segments = ListSegments(directory).value();
      for (const SegmentFile& file : segments) {
        content.files.push_back(AttemptDirectoryName(attempt) + "/" +
                                file.path.filename().string());
        auto database = db::Database::Open(file.path, file.state == SegmentState::kOpen
                                                          ? db::OpenMode::kReadOnly
                                                          : db::OpenMode::kReadImmutable)
                            .value();
        ReadRows(database, content);
        auto frames = database.Prepare("SELECT data, entries FROM frame ORDER BY id").value();
        while (frames.Step().value()) {
          content.frames.emplace_back(AsText(frames.Blob(0)));
          const FrameHeader header = UnpackFrame(frames.Blob(0), zstd, raw).value();
          EXPECT_EQ(header.entry_count, frames.Unsigned(1));
          Bytes rest = raw.bytes();
          for (uint32_t entry = 0; entry < header.entry_count; ++entry) {
            ReadEntry(TakeEntry(rest).value(), content, extents, extents_before);
          }
          EXPECT_TRUE(rest.empty());
        }
      }
    }
  }
  for (auto& [id, body] : content.bodies) {
    std::string before;
    std::string after;
    for (auto extent = extents.lower_bound({id, 0});
         extent != extents.end() && extent->first.first == id; ++extent) {
      (extent->first.second < extents_before[id] ? before : after) += extent->second;
    }
    body = before + body + after;
  }
  return content;
}

std::vector<std::string> FileNames(const fs::path& log, uint32_t attempt) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(log / "r" / AttemptDirectoryName(attempt))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".manifest.json") && name != "head.json") {
      names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace trafrec::store
