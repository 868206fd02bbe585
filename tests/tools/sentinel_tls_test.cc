// `trafrec sentinel` against a source that speaks TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/crypto/key_file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningProcess;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

class SentinelOverTls : public testing::Test {
 protected:
  SentinelOverTls() {
    const auto key = store::crypto::SigningKey::Generate();
    CHECK(store::crypto::WriteKeyFiles(folder_ / "k", key).has_value());
    MakeCertificate("server", "/CN=source.test");
    MakeCertificate("client", "/CN=sentinel.test");
  }

  void MakeCertificate(const std::string& name, const std::string& subject) const {
    const Outcome made =
        test_support::RunToEnd({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                                subject, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                                folder_ / (name + ".key"), "-out", folder_ / (name + ".pem")});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  /// With `more` options, to a server that wants a certificate if `asks`.
  Outcome Send(const std::vector<std::string>& more, bool asks = false) const {
    std::vector<std::string> arguments = {"/usr/bin/python3", TRAFREC_TLS_SERVER,
                                          folder_ / "server.pem", folder_ / "server.key"};
    if (asks) {
      arguments.push_back(folder_ / "client.pem");
    }
    RunningProcess server(arguments);
    server.WaitForOutput("is ready");
    const std::string said = server.output();
    const std::string port = said.substr(5, said.find(' ', 5) - 5);
    std::vector<std::string> sentinel = {"sentinel",   "https://127.0.0.1:" + port,
                                         "--key",      folder_ / "k",
                                         "--audience", "prod",
                                         "--purpose",  "lag"};
    sentinel.insert(sentinel.end(), more.begin(), more.end());
    return Trafrec(sentinel);
  }

  const TemporaryFolder folder_;
};

TEST_F(SentinelOverTls, GoesToASourceWhoseAuthorityIsNamed) {
  EXPECT_EQ(Send({"--ca", folder_ / "server.pem"}).exit_code, 0);
}

TEST_F(SentinelOverTls, GoesToNobodyWhoseCertificateIsNotTrusted) {
  const Outcome outcome = Send({});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("is not trusted"), HasSubstr("--ca FILE")));
}

TEST_F(SentinelOverTls, GoesToAnybodyIfToldSo) { EXPECT_EQ(Send({"--insecure"}).exit_code, 0); }

TEST_F(SentinelOverTls, ShowsTheCertificateThatTheSourceAsksFor) {
  const std::string ca = folder_ / "server.pem";
  EXPECT_EQ(Send({"--ca", ca}, true).exit_code, 1);
  EXPECT_EQ(
      Send({"--ca", ca, "--cert", folder_ / "client.pem", "--cert-key", folder_ / "client.key"},
           true)
          .exit_code,
      0);
}

TEST_F(SentinelOverTls, SaysThatItsOwnCertificateCannotBeUsed) {
  const Outcome outcome = Send({"--ca", folder_ / "server.pem", "--cert", folder_ / "client.pem",
                                "--cert-key", folder_ / "server.key"},
                               true);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("certificate"), HasSubstr("--cert-key")));
}

}  // namespace
}  // namespace trafrec::tools
