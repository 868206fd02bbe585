// docs/segment_format.md is enough to read a log: a reader in another language, written from it,
// must find the same as ours.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "store/codec/checksum.h"
#include "store/crypto/key_file.h"
#include "store/reader/exchange_id.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using Json = nlohmann::json;

/// The lines of tests/store/python_reader.py.
std::vector<Json> PythonReads(const std::filesystem::path& log, const std::string& key_file) {
  const std::string command = fmt::format("{} {} {} crc32 {}", TRAFREC_PYTHON,
                                          TRAFREC_PYTHON_READER, log.string(), key_file);
  std::vector<Json> lines;
  FILE* const pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string text;
  std::array<char, 4096> piece;
  for (size_t got = 0; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    text.append(piece.data(), got);
  }
  EXPECT_EQ(pclose(pipe), 0);
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    lines.push_back(Json::parse(text.substr(at, text.find('\n', at) - at)));
  }
  return lines;
}

std::string Digest(const std::string& text) {
  return fmt::format("{:08x}", codec::Crc32(0, AsBytes(text)));
}

Json MessageLine(const std::optional<StoredMessage>& message) {
  if (!message) {
    return nullptr;
  }
  return {{"head", Digest(message->head)},
          {"body", Digest(message->body)},
          {"body_len", message->body.size()},
          {"flags", message->facts.flags}};
}

Json LinkLine(const std::optional<ResultLink>& link) {
  if (!link) {
    return nullptr;
  }
  return {link->source_attempt,  link->source_exchange, link->first_item, link->items,
          link->tries,           link->parts,           link->lag_ns,     link->wait_ns,
          link->source_recorder, link->target,          link->wait,       link->source_outcome,
          link->target_outcome};
}

std::vector<Json> OursReads(const std::filesystem::path& log, const Identities& identities) {
  const auto reader = LogReader::Open(log, identities).value();
  std::map<ExchangeId, Json> sentinels;
  const std::vector<SentinelRow> rows = reader->Sentinels().value();
  for (const SentinelRow& row : rows) {
    sentinels[row.id] = {static_cast<int>(row.record.verdict), row.record.purpose};
  }
  std::vector<Json> lines;
  const Status visited = reader->Visit({}, [&](const ExchangeRow& row) {
    const StoredExchange exchange = reader->Load(row).value();
    lines.push_back({{"id", FormatExchangeId(row.id)},
                     {"method", row.method},
                     {"target", row.target},
                     {"status", row.status},
                     {"flags", row.flags},
                     {"sentinel", sentinels[row.id]},
                     {"link", LinkLine(exchange.row.link)},
                     {"request", MessageLine(exchange.request)},
                     {"response", MessageLine(exchange.response)}});
    return true;
  });
  EXPECT_TRUE(visited) << visited.error().what;
  return lines;
}

/// A body in three extents with bytes between and behind, whose exchange waits for its answer
/// meanwhile.
void PutLargeAndLate(LogWriter& writer, ExchangeNumber n) {
  const MessageId id = MessageIdOf(n, Side::kClient);
  writer.PutExtent(id, 0, AsBytes(BodyOf(n, 200'000)));
  const std::string head = RequestHead(n);
  MessageRecord request = Message(id, AsBytes(head), AsBytes("rest"));
  request.extents = 1;
  writer.PutMessage(request);
  ExchangeRecord open = Exchange(n);
  open.has_response = false;
  open.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
  writer.PutExchange(open);
  writer.Advance({n + 1, TimeOf(n), TimeOf(0)}, TimeOf(n));
  writer.Drain();
  PutExchanges(writer, n + 1, n + 3, 1000);
  writer.PutExtent(id, 1, AsBytes(BodyOf(n, 50'000)));
  writer.Drain();
  PutExchanges(writer, n + 4, n + 6);
  writer.PutExtent(id, 2, AsBytes(BodyOf(n, 70'000)));
  request.facts.flags = FlagBit(Flag::kLenient);
  request.facts.body_bytes = request.facts.body_stored_bytes = 320'004;
  writer.PutMessageFacts(id, request.facts, {}, 3);
  writer.PutMessage(
      Message(MessageIdOf(n, Side::kServer), AsBytes("HTTP/1.1 201 Created\r\n\r\n"), {}));
  writer.PutExchange(Exchange(n));
}

/// One that could be read, and one that could not.
void PutSentinels(LogWriter& writer) {
  writer.PutSentinel({7, SentinelVerdict::kReplayed, TimeOf(7), "21fe31dfa154a261", "prod",
                      TimeOf(6), std::string(32, '0'), "lag", ""});
  writer.PutSentinel(
      {8, SentinelVerdict::kMalformed, TimeOf(8), "", "", 0, "", "", "sig is missing"});
}

void PutResult(LogWriter& writer, ExchangeNumber n) {
  writer.PutResultLink({.exchange = n,
                        .source_recorder = "web",
                        .source_attempt = 2,
                        .source_exchange = 1000 + n,
                        .first_item = 3,
                        .items = 4,
                        .tries = 5,
                        .parts = 6,
                        .target = "new",
                        .lag_ns = -7,
                        .wait = "order",
                        .wait_ns = 8,
                        .source_outcome = "created",
                        .target_outcome = "conflict"});
  PutExchanges(writer, n, n);
}

struct Packed {
  Compression by;
  bool encrypted = false;

  friend void PrintTo(const Packed& packed, std::ostream* out) {
    *out << (packed.by == Compression::kZstd ? "zstd" : "uncompressed")
         << (packed.encrypted ? ", encrypted" : "");
  }
};

class PythonReader : public testing::TestWithParam<Packed> {};

TEST_P(PythonReader, FindsWhatOurReaderFinds) {
  const TemporaryFolder folder;
  const std::filesystem::path log = folder / "log";
  std::vector<crypto::Identity> keys;
  keys.push_back(crypto::Identity::Generate());
  ASSERT_TRUE(crypto::WriteKeyFiles(folder / "key", keys.front()));
  for (const char* recorder : {"web-2", "r"}) {
    LogWriterOptions options = Finite(log);
    options.recorder = recorder;
    options.compression = GetParam().by;
    if (GetParam().encrypted) {
      options.encryption = {{keys.front().recipient()}, true};
    }
    options.segment_bytes_max = 100'000;
    auto writer = LogWriter::Open(options).value();
    // Each recorder saw exchanges of its own: our reader would show common ones once.
    const ExchangeNumber first = options.recorder == "r" ? 1 : 101;
    writer->PutConnection(Connection(1));
    PutExchanges(*writer, first, first + 39, 3000);
    PutLargeAndLate(*writer, first + 40);
    PutSentinels(*writer);
    PutResult(*writer, first + 50);
    ASSERT_TRUE(writer->Close(TimeOf(first + 60)));
  }
  const auto identities = std::make_shared<std::vector<crypto::Identity>>(std::move(keys));
  const std::vector<Json> ours = OursReads(log, identities);
  ASSERT_EQ(ours.size(), 2 * 48U);
  EXPECT_EQ(PythonReads(log, folder / "key"), ours);
}

INSTANTIATE_TEST_SUITE_P(Logs, PythonReader,
                         testing::Values(Packed{Compression::kZstd}, Packed{Compression::kNone},
                                         Packed{Compression::kZstd, true}));

}  // namespace
}  // namespace trafrec::store
