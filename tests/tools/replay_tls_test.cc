#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using send::Certificate;
using send::ScriptedServer;
using test_support::Outcome;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

/// A log of three reads, and a target behind TLS whose certificate an authority of its own signed.
class ReplayOverTls : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteManyCapture(folder_ / "many.pcap", 3);
    test_support::RecordInto(log_, folder_ / "many.pcap");
  }
  Outcome Replay(const ScriptedServer& target, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "replay", log_,         "--to", target.url(), "--speed",       "max",   "--dialect",
        "http",   "--patience", "1s",   "--run",      folder_ / "run", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const Certificate authority_{{"Test Authority", ""}};
  const Certificate certificate_{{"search.example", "IP:127.0.0.1"}, &authority_};
  const send::ServerTls tls_{certificate_};
  const ScriptedServer::Script answer_ =
      ScriptedServer::Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
};

TEST_F(ReplayOverTls, ReachesATargetWhoseAuthorityIsNamed) {
  const ScriptedServer target({answer_}, &tls_);
  const Outcome outcome = Replay(target, {"--ca", authority_.file()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["answered"], 3) << outcome.out;
}

TEST_F(ReplayOverTls, NamesTheCertificateThatIsNotTrustedAndWhy) {
  const ScriptedServer target({answer_}, &tls_);
  const Outcome outcome = Replay(target, {});
  EXPECT_NE(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("the certificate of CN=search.example (issued by CN=Test Authority) "
                              "is not trusted: unable to get local issuer certificate"),
                    HasSubstr("name the file with the authority that signed it")));
}

TEST_F(ReplayOverTls, TakesAnyCertificateWhereThatIsAskedFor) {
  const ScriptedServer target({answer_}, &tls_);
  const Outcome outcome = Replay(target, {"--insecure"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(ReplayOverTls, ShowsTheClientsCertificate) {
  const Certificate client({"client", ""}, &authority_);
  const send::ServerTls asking(certificate_, authority_.file());
  const ScriptedServer target({answer_}, &asking);
  const Outcome outcome = Replay(target, {"--ca", authority_.file(), "--cert", client.file(),
                                          "--cert-key", client.key_file()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(ReplayOverTls, TrustsWhomTheFileOfEditsNames) {
  const ScriptedServer target({answer_}, &tls_);
  const std::string edits =
      folder_.Write("edits.toml", "default = \"new\"\n[target.new]\nurl = \"" + target.url() +
                                      "\"\n[target.new.tls]\nca = \"" + authority_.file() + "\"\n");
  const Outcome outcome = Trafrec({"replay", log_, "--edits", edits, "--speed", "max", "--dialect",
                                   "http", "--patience", "1s", "--run", folder_ / "run"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace trafrec::tools
