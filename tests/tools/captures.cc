#include "tests/tools/captures.h"

#include <gtest/gtest.h>

#include "tests/support/capture_files.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::test_support {
namespace {

std::string Answer(const std::string& status, const std::string& body,
                   const std::string& type = "text/plain") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

void WriteSampleCapture(const std::filesystem::path& path) {
  TcpConversation wire;
  wire.Handshake();
  wire.ClientSends("GET /hello HTTP/1.1\r\nHost: es:9200\r\n\r\n");
  wire.Wait(2 * kNsPerMs).ServerSends(Answer("200 OK", "hello\n"));
  wire.ClientSends(
      "PUT /idx/_doc/1 HTTP/1.1\r\nHost: es:9200\r\nContent-Type: application/json\r\n"
      "Content-Length: 7\r\n\r\n{\"a\":1}");
  wire.Wait(3 * kNsPerMs)
      .ServerSends(Answer("201 Created", "{\"result\":\"created\"}", "application/json"));
  wire.ClientSends("GET /missing HTTP/1.1\r\nHost: es:9200\r\n\r\n");
  wire.Wait(kNsPerMs).ServerSends(Answer("404 Not Found", ""));
  wire.ClientSends("POST /slow HTTP/1.1\r\nHost: es:9200\r\nContent-Length: 0\r\n\r\n");
  wire.Wait(5 * kNsPerSecond).Rst(store::Side::kClient);
  PcapWriter(path).Write(wire.Packets());
}

void WriteManyCapture(const std::filesystem::path& path, int exchanges) {
  PcapWriter file(path);
  TcpConversation wire;
  wire.Handshake();
  for (int n = 0; n < exchanges; ++n) {
    wire.ClientSends("GET /" + std::to_string(n) + " HTTP/1.1\r\nHost: es\r\n\r\n");
    wire.Wait(kNsPerMs).ServerSends(Answer("200 OK", "n = " + std::to_string(n) + "\n"));
    file.Write(wire.TakePackets());
  }
  wire.Close();
  file.Write(wire.TakePackets());
}

void RecordInto(const std::string& log, const std::string& capture,
                const std::vector<std::string>& more) {
  std::vector<std::string> words = {"record", "--read",     capture, "--log",
                                    log,      "--recorder", "test",  "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = Trafrec(words);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace trafrec::test_support
