#include "tests/tools/compare/replayed_log.h"

#include <gtest/gtest.h>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::test_support {

std::string HttpAnswer(const std::string& status, const std::string& body,
                       const std::string& type) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

namespace {

void WriteCapture(const std::string& path, const std::vector<std::string>& paths,
                  const ReplayedLog::Server& source) {
  PcapWriter file(path);
  TcpConversation wire;
  wire.Handshake();
  for (const std::string& asked : paths) {
    const bool get = asked.starts_with('/');
    wire.ClientSends((get ? "GET " + asked : asked) + " HTTP/1.1\r\nHost: es:9200\r\n" +
                     (get ? "" : "Content-Length: 0\r\n") + "\r\n");
    wire.Wait(kNsPerMs).ServerSends(source(asked));
    file.Write(wire.TakePackets());
  }
  wire.Close();
  file.Write(wire.TakePackets());
}

}  // namespace

ReplayedLog::ReplayedLog(const std::vector<std::string>& paths, const Server& source,
                         const std::vector<std::string>& recording) {
  WriteCapture(folder_ / "source.pcap", paths, source);
  RecordInto(log(), folder_ / "source.pcap", recording);
}

std::string ReplayedLog::Replay(const std::string& name, const Server& target,
                                const std::vector<std::string>& more) const {
  const send::ScriptedServer server(
      {send::ScriptedServer::Answering([&](const std::string& request) {
        const size_t begin = request.find(' ') + 1;
        return target(request.substr(begin, request.find(' ', begin) - begin));
      })});
  std::vector<std::string> words = {"replay",  log(),          "--to",      server.url(),
                                    "--run",   folder_ / name, "--dialect", "http",
                                    "--speed", "max",          "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = Trafrec(words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return folder_ / name;
}

std::vector<std::string> NumberedPaths(int count) {
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) {
    paths.push_back("/" + std::to_string(i));
  }
  return paths;
}

}  // namespace trafrec::test_support
