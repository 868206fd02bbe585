#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/replay/send/client.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::send {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const CertificateFacts kLocal{"local.example", "DNS:local.example,IP:127.0.0.1"};

/// An authority, and a server's certificate that it signed.
struct Trust {
  Certificate authority{{"Test Authority", ""}};
  Certificate server{kLocal, &authority};
};

Target Trusting(const ScriptedServer& server, const Certificate& authority) {
  Target target = TargetAt(server.url());
  target.tls.ca_file = authority.file();
  return target;
}

/// What became of one request to a server with this certificate, by somebody who trusts
/// `authority`.
Sent SendTo(const Certificate& certificate, const Certificate& authority) {
  const ServerTls tls(certificate);
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  Client client(Trusting(server, authority));
  return client.Send(Get("/"));
}

TEST(Tls, CarriesOneExchangeAfterTheOther) {
  const Trust trust;
  const ServerTls tls(trust.server);
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  Client client(Trusting(server, trust.authority));
  const Sent first = client.Send(Get("/"));
  ASSERT_TRUE(first.answered) << first.failure;
  EXPECT_EQ(first.answer.body, "x");
  EXPECT_EQ(first.connection.tls_version, "TLSv1.3");
  EXPECT_GT(first.connection.tls_ns, 0);
  EXPECT_EQ(client.Send(Get("/")).connection.number, 1U);
}

TEST(Tls, CarriesLargeBodiesBothWays) {
  const Trust trust;
  const ServerTls tls(trust.server);
  ScriptedServer server({ScriptedServer::Answering([](const std::string& request) {
                          return Ok(request.substr(request.find("\r\n\r\n") + 4));
                        })},
                        &tls);
  Client client(Trusting(server, trust.authority));
  const std::string body(10'000'000, 'b');
  const Sent sent = client.Send(Post("/", body));
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.body, body);
}

TEST(Tls, NamesASelfSignedCertificate) {
  const Certificate self_signed(kLocal);
  const Certificate other({"Other Authority", ""});
  const Sent sent = SendTo(self_signed, other);
  EXPECT_EQ(sent.kind, Failure::kTls);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure,
              AllOf(HasSubstr("target 'main' (https://127.0.0.1:"),
                    HasSubstr("the certificate of CN=local.example (issued by CN=local.example) is "
                              "not trusted: self-signed certificate"),
                    HasSubstr("name the file with the authority that signed it")));
}

TEST(Tls, NamesWhoSignedACertificateThatIsNotTrusted) {
  const Trust trust;
  const Certificate other({"Other Authority", ""});
  EXPECT_THAT(SendTo(trust.server, other).failure,
              HasSubstr("the certificate of CN=local.example (issued by CN=Test Authority) is not "
                        "trusted: unable to get local issuer certificate"));
}

TEST(Tls, NamesAnExpiredCertificate) {
  const Certificate authority({"Test Authority", ""});
  const Certificate expired({"local.example", "IP:127.0.0.1", -60}, &authority);
  EXPECT_THAT(SendTo(expired, authority).failure,
              AllOf(HasSubstr("certificate has expired"), HasSubstr("renew it")));
}

TEST(Tls, NamesWhomACertificateIsFor) {
  const Certificate authority({"Test Authority", ""});
  const Certificate other({"other.example", "DNS:other.example,IP:10.0.0.1"}, &authority);
  EXPECT_THAT(SendTo(other, authority).failure,
              HasSubstr("it is for DNS:other.example, IP Address:10.0.0.1, not for 127.0.0.1"));
}

TEST(Tls, TakesTheServersNameFromTheTarget) {
  const Certificate authority({"Test Authority", ""});
  const Certificate other({"other.example", "DNS:other.example"}, &authority);
  const ServerTls tls(other);
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  Target target = Trusting(server, authority);
  target.tls.server_name = "other.example";
  EXPECT_TRUE(Client(target).Send(Get("/")).answered);
}

TEST(Tls, TakesAnyCertificateWhereThatIsAskedFor) {
  const Certificate self_signed({"whoever", ""});
  const ServerTls tls(self_signed);
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  Target target = TargetAt(server.url());
  target.tls.insecure = true;
  EXPECT_TRUE(Client(target).Send(Get("/")).answered);
}

TEST(Tls, ShowsTheClientsCertificate) {
  const Trust trust;
  const Certificate client_certificate({"client", ""}, &trust.authority);
  const ServerTls tls(trust.server, trust.authority.file());
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  Target target = Trusting(server, trust.authority);
  target.tls.certificate_file = client_certificate.file();
  target.tls.certificate_key_file = client_certificate.key_file();
  const Sent sent = Client(target).Send(Get("/"));
  EXPECT_TRUE(sent.answered) << sent.failure;
}

TEST(Tls, SaysThatTheClientsCertificateIsMissing) {
  const Trust trust;
  const ServerTls tls(trust.server, trust.authority.file());
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  const Sent sent = Client(Trusting(server, trust.authority)).Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kTls);
  EXPECT_THAT(sent.failure, HasSubstr("it asks for a client's certificate, and none is given"));
}

TEST(Tls, WithoutTheClientsCertificateSendsNothingWhereTheHandshakeTells) {
  const Trust trust;
  ServerTls tls(trust.server, trust.authority.file());
  tls.OnlyTls12();
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))}, &tls);
  const Sent sent = Client(Trusting(server, trust.authority)).Send(Get("/"));
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure, HasSubstr("it asks for a client's certificate, and none is given"));
}

TEST(Tls, IsNotWhatAPlainServerSpeaks) {
  ScriptedServer server({[](Peer& peer) {
    peer.ReadBytes(1);
    peer.Write("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.AwaitClose();
  }});
  const Sent sent = Client(TargetAt("https" + server.url().substr(4))).Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kTls);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure,
              AllOf(HasSubstr("it does not speak TLS"), HasSubstr("name it as http://")));
}

TEST(Tls, IsNamedWhereAPlainClientMeetsIt) {
  ScriptedServer server({[](Peer& peer) {
    peer.ReadRequest();
    peer.Write(std::string("\x15\x03\x01\x00\x02\x02\x46", 7));
    peer.AwaitClose();
  }});
  const Sent sent = Client(TargetAt(server.url())).Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kGarbage);
  EXPECT_THAT(sent.failure, HasSubstr("name it as https://"));
}

TEST(Tls, ClosedDuringTheHandshakeLeavesTheRequestUnsent) {
  ScriptedServer server({[](Peer& peer) { peer.ReadBytes(1); }});
  const Sent sent = Client(TargetAt("https" + server.url().substr(4))).Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kTls);
  EXPECT_FALSE(sent.sent);
}

TEST(Tls, IsNamedWhereThePortTakesConnectionsAndSaysNothing) {
  ScriptedServer server({[](Peer& peer) { peer.AwaitClose(); }});
  Target target = TargetAt("https" + server.url().substr(4));
  target.connect_timeout_ms = 50;
  const Sent sent = Client(target).Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kConnectTimeout);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure,
              AllOf(HasSubstr("it takes connections, but says nothing when TLS begins"),
                    HasSubstr("check that this port speaks TLS")));
}

/// An answer without a length, whose end is the connection's.
Sent WithoutLength(bool in_order) {
  const Trust trust;
  const ServerTls tls(trust.server);
  ScriptedServer server({[&](Peer& peer) {
                          peer.ReadRequest();
                          peer.Write("HTTP/1.1 200 OK\r\n\r\nperhaps all");
                          if (in_order) {
                            peer.EndSession();
                          }
                        }},
                        &tls);
  return Client(Trusting(server, trust.authority)).Send(Get("/"));
}

TEST(Tls, EndsAnAnswerWithoutLengthOnlyInOrder) {
  EXPECT_EQ(WithoutLength(true).answer.body, "perhaps all");
  EXPECT_TRUE(WithoutLength(true).answered);
  EXPECT_EQ(WithoutLength(false).kind, Failure::kCut);
}

std::string RefusalOf(const Tls& tls) {
  asio::io_context loop;
  Target target = TargetAt("https://127.0.0.1");
  target.tls = tls;
  const auto sender = Sender::Make(loop, {target});
  return sender ? "" : sender.error().what;
}

TEST(Tls, FilesThatCannotBeUsedAreFoundAtTheStart) {
  const Certificate certificate(kLocal);
  EXPECT_THAT(RefusalOf({.ca_file = "/nowhere/ca.pem"}),
              HasSubstr("cannot use the authorities' certificates in /nowhere/ca.pem"));
  EXPECT_THAT(RefusalOf({.certificate_file = certificate.key_file()}),
              HasSubstr("cannot use the client's certificate in " + certificate.key_file()));
  EXPECT_THAT(RefusalOf({.certificate_key_file = certificate.key_file()}),
              HasSubstr("but no certificate"));
  EXPECT_THAT(RefusalOf({.certificate_file = certificate.file()}),
              HasSubstr("certificate in " + certificate.file() + ", but no key for it"));
  const Certificate other(kLocal);
  EXPECT_THAT(
      RefusalOf({.certificate_file = certificate.file(), .certificate_key_file = other.key_file()}),
      HasSubstr("cannot use the key of the client's certificate"));
}

TEST(Tls, CertificatesForATargetWithoutItAreRefused) {
  asio::io_context loop;
  Target target = TargetAt("http://127.0.0.1");
  target.tls.insecure = true;
  const auto sender = Sender::Make(loop, {target});
  ASSERT_FALSE(sender);
  EXPECT_THAT(sender.error().what, HasSubstr("http://127.0.0.1 goes without TLS"));
  EXPECT_THAT(sender.error().remedy, HasSubstr("https://"));
}

TEST(Tls, AKeyThatOthersMayReadIsRefused) {
  const Certificate certificate(kLocal);
  ASSERT_EQ(chmod(certificate.key_file().c_str(), 0644), 0);
  EXPECT_THAT(RefusalOf({.certificate_file = certificate.file(),
                         .certificate_key_file = certificate.key_file()}),
              HasSubstr("is open to others (mode 0644)"));
}

}  // namespace
}  // namespace trafrec::send
