// Writes seeds for the fuzz targets into a folder, one subfolder each: make_seeds FOLDER.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/codec/zstd_codec.h"
#include "store/format/entry_format.h"
#include "store/format/frame_buffer.h"
#include "store/format/frame_format.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::fuzz {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<test_support::RawPacket> Conversation() {
  test_support::TcpConversation wire;
  wire.Handshake();
  wire.ClientSends("PUT /doc/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  wire.ServerSends(
      "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nworld\r\n0\r\n\r\n");
  wire.ClientSends("GET /doc/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  wire.ServerSends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  wire.Close();
  return wire.TakePackets();
}

void WritePackets(const fs::path& folder) {
  std::string seed(1, '\0');  // Ethernet
  for (const test_support::RawPacket& packet : Conversation()) {
    seed += '\1';
    seed += static_cast<char>(packet.bytes.size() & 0xFF);
    seed += static_cast<char>(packet.bytes.size() >> 8);
    seed += AsText(packet.bytes);
  }
  Write(folder / "packets_fuzz" / "conversation", seed);
}

// connection and side, flags, ms, sequence offset, ACK offset, word, raw length
void WriteStreams(const fs::path& folder) {
  static constexpr char kSegments[] =
      "\0\x02\1\0\0\0\0\0\0"
      "\4\x12\1\0\0\0\0\0\0"
      "\0\x18\1\0\0\0\0\1\0"
      "\4\x18\1\0\0\0\0\x08\0"
      "\4\x18\1\0\0\0\0\3\0"
      "\0\x11\1\0\0\0\0\0\0"
      "\4\x11\1\0\0\0\0\0\0";
  Write(folder / "streams_fuzz" / "exchange", {kSegments, sizeof(kSegments) - 1});
}

void WriteHttp(const fs::path& folder) {
  Write(folder / "http_fuzz" / "exchanges",
        "\x10GET / HTTP/1.1\r\nHost: a\r\n\r\n\xFFHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        "\xFEPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"
        "\xFFHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
        "\xFEHEAD /c HTTP/1.1\r\n\r\n\xFFHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  using namespace std::string_view_literals;
  Write(folder / "http_fuzz" / "proxy_line",
        "\x01PROXY TCP4 192.0.2.7 198.51.100.1 56324 9200\r\nGET / HTTP/1.1\r\n\r\n"
        "\xFFHTTP/1.1 204 No Content\r\n\r\n");
  Write(folder / "http_fuzz" / "proxy_binary",
        "\x01\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\2\7\xC6\x33\x64\1\xDC\4\x23\xF0"
        "GET / HTTP/1.1\r\n\r\n\xFFHTTP/1.1 204 No Content\r\n\r\n"sv);
}

// The first byte: bit 0, to HEAD; bit 1, the connection ends; the rest, the size of pieces.
void WriteAnswers(const fs::path& folder) {
  const auto write = [&](const char* name, char choices, const std::string& bytes) {
    Write(folder / "answer_fuzz" / name, choices + bytes);
  };
  write("length", '\x10', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y \r\n\r\nok");
  write("chunks", '\x04',
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n");
  write("until_close", '\x0A', "HTTP/1.0 200 OK\r\n\r\nall of it");
  write("to_head", '\x05', "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n");
}

void WriteCaptures(const fs::path& folder) {
  const fs::path captures = folder / "capture_file_fuzz";
  fs::create_directories(captures);
  const auto packets = Conversation();
  test_support::PcapWriter(captures / "little.pcap").Write(packets);
  test_support::PcapWriter(captures / "big.pcap",
                           {.nanoseconds = false, .order = test_support::ByteOrder::kBig})
      .Write(packets);
  test_support::PcapngWriter(captures / "one.pcapng", {{.name = "eth0"}}).Write(packets);
}

// The first page of the file, and one far behind.
void WriteSegment(const fs::path& folder) {
  using namespace std::string_view_literals;
  Write(folder / "segment_fuzz" / "changes", "\0\x64\0\0\1x\0\x40\1\4abcd"sv);
}

void WriteFrame(const fs::path& folder) {
  store::EntryEncoder encoder;
  store::FrameBuffer entries;
  store::ExchangeRecord exchange;
  exchange.number = 1;
  exchange.connection = 1;
  exchange.has_request = true;
  exchange.method = "GET";
  exchange.target = "/a";
  exchange.interim.push_back({.at = 1, .status = 100, .head = "HTTP/1.1 100 Continue\r\n\r\n"});
  encoder.Exchange(exchange, entries);
  store::MessageRecord message;
  message.id = 2;
  message.connection = 1;
  message.head = AsBytes("GET /a HTTP/1.1\r\n\r\n");
  message.facts.gaps.push_back({.length = 3});
  encoder.Message(message, entries);
  store::ConnectionRecord connection;
  connection.number = 1;
  connection.encapsulation.push_back({store::EncapsulationId::Kind::kVlan, 7});
  encoder.Connection(connection, entries);
  encoder.Loss({}, entries);
  encoder.Sentinel({.key_id = "21fe31dfa154a261", .purpose = "lag"}, entries);
  encoder.Watermark({}, entries);
  const Bytes raw(entries.data(), entries.size());
  Write(folder / "frame_fuzz" / "entries", AsText(raw));

  std::vector<uint8_t> frame(store::kFrameHeaderBytes +
                             store::codec::ZstdCompressor::Bound(raw.size()));
  store::codec::ZstdCompressor zstd(1);
  const size_t stored = zstd.Compress(raw, std::span(frame).subspan(store::kFrameHeaderBytes));
  frame.resize(store::kFrameHeaderBytes + stored);
  store::FrameHeader header;
  header.codec = store::FrameCodec::kZstd;
  header.raw_length = static_cast<uint32_t>(raw.size());
  header.stored_length = static_cast<uint32_t>(stored);
  header.entry_count = 6;
  store::SealFrame(header, frame);
  Write(folder / "frame_fuzz" / "frame", AsText(frame));
}

void WriteSentinel(const fs::path& folder) {
  Write(folder / "sentinel_fuzz" / "token",
        "trafrec-sentinel/1 kid=21fe31dfa154a261 aud=prod ts=1700000000000000000 "
        "nonce=000102030405060708090a0b0c0d0e0f purpose=backfill-begin sig=" +
            std::string(86, 'A'));
}

void WriteDialect(const fs::path& folder) {
  const auto write = [&](const char* name, std::string request, std::string_view answer) {
    Write(folder / "dialect_fuzz" / name, request.append(1, '\0').append(answer));
  };
  write(
      "bulk",
      "POST /a/_bulk?pipeline=p\n{\"index\":{\"_id\":\"1\"}}\n{\"x\":1}\n"
      "{\"update\":{\"_index\":\"b\",\"_id\":2}}\n{\"script\":\"s\"}\n{\"delete\":{\"_id\":\"3\"}}"
      "\n",
      R"({"errors":true,"items":[{"index":{"_id":"1","result":"created","_seq_no":1,"status":201}},)"
      R"({"update":{"status":409,"error":{"type":"x"}}},{"delete":{"status":404}}]})");
  write("mget", "GET /a,b-*/_mget\n{\"docs\":[{\"_id\":\"1\"}],\"ids\":[2]}",
        R"({"docs":[{"found":true}]})");
  write("msearch", "POST /_msearch\n{\"index\":[\"a\",\"<b-{now/d}>\"]}\n{\"size\":0}\n",
        R"({"responses":[{"status":200}]})");
  write("search", "POST /a/_search?scroll=1m\n{\"pit\":{\"id\":\"p\"}}",
        R"({"_scroll_id":"s","_shards":{"failed":0},"hits":{"hits":[]}})");
  write("reindex", "POST /_reindex\n{\"source\":{\"index\":\"a\"},\"dest\":{\"index\":\"b\"}}",
        R"({"total":1,"updated":1,"failures":[]})");
  write("document", "PUT http://host/a/_doc/%41+1?if_seq_no=1&if_primary_term=1\n{\"x\":1}",
        R"({"_version":1,"result":"created"})");
}

}  // namespace
}  // namespace trafrec::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_seeds FOLDER\n", stderr);
    return 2;
  }
  const trafrec::fuzz::fs::path folder = argv[1];
  trafrec::fuzz::WritePackets(folder);
  trafrec::fuzz::WriteStreams(folder);
  trafrec::fuzz::WriteHttp(folder);
  trafrec::fuzz::WriteAnswers(folder);
  trafrec::fuzz::WriteCaptures(folder);
  trafrec::fuzz::WriteFrame(folder);
  trafrec::fuzz::WriteSegment(folder);
  trafrec::fuzz::WriteSentinel(folder);
  trafrec::fuzz::WriteDialect(folder);
  return 0;
}
