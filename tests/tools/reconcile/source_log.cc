#include "tests/tools/reconcile/source_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/capture_files.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::test_support {

std::string RequestText(std::string_view method, std::string_view target, std::string_view body) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: es:9200\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      method, target, body.size(), body);
}

std::string ResponseText(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
      body.size(), body);
}

std::string CreatedText(std::string_view id, int seq_no) {
  return fmt::format(
      R"({{"_index":"idx","_type":"_doc","_id":"{}","_version":1,"result":"created",)"
      R"("_shards":{{"total":1,"successful":1,"failed":0}},)"
      R"("_seq_no":{},"_primary_term":1}})",
      id, seq_no);
}

TcpConversation SourceLog::Connection(int ack_every) {
  TcpConversation::Options options;
  options.ack_every = ack_every;
  options.client = Ip("10.0.0.1", port_++);
  options.start = now_;
  TcpConversation wire(options);
  wire.Handshake();
  return wire;
}

void SourceLog::Take(TcpConversation& wire) {
  now_ = wire.now() + kNsPerMs;
  for (RawPacket& packet : wire.TakePackets()) {
    packets_.push_back(std::move(packet));
  }
}

SourceLog& SourceLog::Exchange(std::string_view method, std::string_view target,
                               std::string_view body, std::string_view status,
                               std::string_view answer) {
  TcpConversation wire = Connection();
  wire.ClientSends(RequestText(method, target, body))
      .Wait(2 * kNsPerMs)
      .ServerSends(ResponseText(status, answer))
      .Close();
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Unanswered(std::string_view method, std::string_view target,
                                 std::string_view body) {
  TcpConversation wire = Connection();
  wire.ClientSends(RequestText(method, target, body)).Wait(2 * kNsPerMs).Close();
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Abandoned(std::string_view method, std::string_view target,
                                std::string_view body) {
  TcpConversation wire = Connection(0);
  wire.ClientSends(RequestText(method, target, body)).Wait(2 * kNsPerMs).Rst(store::Side::kClient);
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Dropped(std::string_view method, std::string_view target,
                              std::string_view body, bool in_order) {
  TcpConversation wire = Connection();
  wire.ClientSends(RequestText(method, target, body)).Wait(2 * kNsPerMs);
  if (in_order) {
    wire.Close(store::Side::kServer);
  } else {
    wire.Rst(store::Side::kServer);
  }
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Undelivered(std::string_view method, std::string_view target,
                                  std::string_view body) {
  const std::string request = RequestText(method, target, body);
  TcpConversation wire = Connection(0);
  wire.ClientSends(request);
  for (const int64_t wait_ms : {200, 400}) {
    wire.Wait(wait_ms * kNsPerMs).SendAt(store::Side::kClient, 0, request);
  }
  wire.Wait(50 * kNsPerMs).Rst(store::Side::kClient);
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Cut(std::string_view method, std::string_view target, std::string_view body) {
  const std::string whole = RequestText(method, target, body);
  return Begun(std::string_view(whole).substr(0, whole.size() - 3));
}

SourceLog& SourceLog::Holed(std::string_view method, std::string_view target, std::string_view body,
                            size_t from, size_t until, std::string_view status,
                            std::string_view answer) {
  const std::string whole = RequestText(method, target, body);
  const std::string_view sent = whole;
  const size_t head = whole.size() - body.size();
  TcpConversation wire = Connection(0);
  wire.ClientSends(sent.substr(0, head + from))
      .DropNext()
      .ClientSends(sent.substr(head + from, until - from))
      .ClientSends(sent.substr(head + until))
      .Ack(store::Side::kServer)
      .Wait(2 * kNsPerMs);
  if (!status.empty()) {
    wire.ServerSends(ResponseText(status, answer));
  }
  wire.Close();
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Pipelines(std::string_view requests, const std::vector<Piece>& answers) {
  TcpConversation wire = Connection(0);
  wire.ClientSends(requests).Wait(2 * kNsPerMs);
  for (const Piece& piece : answers) {
    wire.DropNext(piece.seen ? 0 : 1).ServerSends(piece.bytes);
  }
  wire.Ack(store::Side::kClient).Close();
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Begun(std::string_view bytes) {
  TcpConversation wire = Connection();
  wire.ClientSends(bytes).Close();
  Take(wire);
  return *this;
}

SourceLog& SourceLog::AsksWho() {
  return Exchange("GET", "/", "", "200 OK",
                  R"({"cluster_name":"c","cluster_uuid":"U1","version":{"number":"7.10.2"}})");
}

SourceLog& SourceLog::MakesIndex() {
  return Exchange("PUT", "/idx", R"({"settings":{"index":{"number_of_shards":1}}})", "200 OK",
                  R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})");
}

SourceLog& SourceLog::MakesIndexOfTexts() {
  return Exchange("PUT", "/idx",
                  R"({"settings":{"index":{"number_of_shards":1}},"mappings":{"properties":)"
                  R"({"a":{"type":"text"},"b":{"type":"text"}}}})",
                  "200 OK", R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})");
}

SourceLog& SourceLog::Puts(std::string_view id, int seq_no, std::string_view source) {
  return Exchange("PUT", fmt::format("/idx/_doc/{}", id), source, "201 Created",
                  CreatedText(id, seq_no));
}

SourceLog& SourceLog::PutsBeforeReset(std::string_view id, int seq_no, int lost) {
  const auto put = [](std::string_view document) {
    return RequestText("PUT", fmt::format("/idx/_doc/{}", document), R"({"a":1})");
  };
  TcpConversation wire = Connection();
  wire.ClientSends(put(id))
      .Wait(2 * kNsPerMs)
      .ServerSends(ResponseText("201 Created", CreatedText(id, seq_no)));
  for (int i = 0; i < lost; ++i) {
    wire.DropNext(2).ClientSends(put(fmt::format("lost-{}", i)));  // and what acknowledges it
  }
  wire.Rst(store::Side::kClient);
  Take(wire);
  return *this;
}

SourceLog& SourceLog::Updates(std::string_view id, int version, int seq_no) {
  return Exchange(
      "POST", fmt::format("/idx/_update/{}", id),
      fmt::format(R"({{"doc":{{"b":"version {}"}}}})", version), "200 OK",
      fmt::format(R"({{"_index":"idx","_type":"_doc","_id":"{}","_version":{},"result":"updated",)"
                  R"("_shards":{{"total":1,"successful":1,"failed":0}},)"
                  R"("_seq_no":{},"_primary_term":1}})",
                  id, version, seq_no));
}

SourceLog& SourceLog::Waits(int64_t ns) {
  now_ += ns;
  return *this;
}

std::string SourceLog::RecordedInto(const TemporaryFolder& folder, const std::string& name,
                                    const std::vector<std::string>& more) const {
  const std::string capture = folder / (name + ".pcap");
  PcapWriter(capture).Write(packets_);
  std::vector<std::string> words = {"record",      "--read",     capture, "--log",
                                    folder / name, "--recorder", "test",  "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = Trafrec(words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return folder / name;
}

SourceLog TypicalSource() {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 2)
      .Cut("PUT", "/idx/_doc/4", R"({"a":4})")
      .Waits(10 * kNsPerSecond)
      .Puts("6", 3)
      .Abandoned("PUT", "/idx/_doc/5", R"({"a":5})")
      .Abandoned("PUT", "/idx/_doc/8", R"({"a":8})")
      .Waits(10 * kNsPerSecond)
      .Puts("7", 5)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return source;
}

}  // namespace trafrec::test_support
