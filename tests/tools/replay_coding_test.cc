#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"
#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

const std::string kDone = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

std::string Gzip(const std::string& text) {
  return store::codec::EncodeContent("gzip", AsBytes(text)).value();
}

/// A PUT with fields on both sides of the coding's, which is spelt in a way of its own.
std::string PutOf(const std::string& body, const std::string& host,
                  const std::string& field = "content-ENCODING: gzip\r\n") {
  return "PUT /a HTTP/1.1\r\nHost: " + host + "\r\nA: 1\r\n" + field +
         "Content-Length: " + std::to_string(body.size()) + "\r\nZ: 2\r\n\r\n" + body;
}

/// Requests with content codings, recorded, and replayed to a service that keeps what came.
class ReplayOfCodedBodies : public testing::Test {
 protected:
  /// What came at the target of this request.
  std::string Replayed(const std::string& request, const std::string& edits = {}) {
    {
      test_support::PcapWriter file(folder_ / "one.pcap");
      test_support::TcpConversation wire;
      wire.Handshake().ClientSends(request);
      wire.Wait(kNsPerMs).ServerSends(kDone).Close();
      file.Write(wire.TakePackets());
    }
    const std::string log = folder_ / "log";
    test_support::RecordInto(log, folder_ / "one.pcap");
    std::string came;
    const send::ScriptedServer target(
        {send::ScriptedServer::Answering([&came](const std::string& seen) {
          came = seen;
          return kDone;
        })});
    host_ = target.url().substr(std::string("http://").size());
    const test_support::Outcome outcome = test_support::Trafrec(
        {"replay", log, "--dialect", "http", "--to", target.url(), "--run", folder_ / "run",
         "--no-mark", "--edits", folder_.Write("edits.toml", edits)});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return came;
  }

  const test_support::TemporaryFolder folder_;
  std::string host_;  ///< the target's
};

TEST_F(ReplayOfCodedBodies, TheFieldKeepsItsPlaceAndSpellingAndTheBodyItsBytes) {
  const std::string body = Gzip(R"({"a":1})");
  const std::string came = Replayed(PutOf(body, "source"));
  EXPECT_EQ(came, PutOf(body, host_));
}

TEST_F(ReplayOfCodedBodies, AChangedOneIsEncodedAnewBehindTheSameField) {
  const std::string came =
      Replayed(PutOf(Gzip(R"({"a":1})"), "source"), "[[jq]]\nprogram = '.a = 2'\n");
  const std::string body = came.substr(came.find("\r\n\r\n") + 4);
  EXPECT_EQ(came, PutOf(body, host_));
  const auto decoded = store::codec::DecodeContent("gzip", AsBytes(body), 1000);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->bytes, R"({"a":2})");
}

TEST_F(ReplayOfCodedBodies, OneWhoseFieldARuleTakesOutGoesWithoutACoding) {
  const std::string came =
      Replayed(PutOf(Gzip(R"({"a":1})"), "source"), "[[rewrite]]\nremove = \"Content-Encoding\"\n");
  EXPECT_EQ(came, PutOf(R"({"a":1})", host_, ""));
}

TEST_F(ReplayOfCodedBodies, AnEmptyOneStaysEmpty) {
  const std::string came = Replayed(PutOf("", "source"));
  EXPECT_EQ(came, PutOf("", host_));
}

}  // namespace
}  // namespace trafrec::tools
