#include "replay/send/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/replay/send/client.h"
#include "tests/replay/send/scripted_server.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::send {
namespace {

using test_support::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A file of its owner's with this line.
SecretPlace InFile(const TemporaryFolder& folder, const std::string& secret,
                   const std::string& name = "secret") {
  const std::string path = folder.Write(name, secret + "\n");
  EXPECT_EQ(chmod(path.c_str(), 0600), 0);
  return {.file = path};
}

struct Exchanged {
  std::string received;  // by the server
  Sent sent;
};

/// A request with a recorded Authorization, sent with these credentials.
Exchanged SendAs(const Credentials& credentials) {
  Exchanged result;
  ScriptedServer server({[&](Peer& peer) {
    result.received = peer.ReadRequest();
    peer.Write(Ok("x"));
    peer.AwaitClose();
  }});
  Target target = TargetAt(server.url());
  target.credentials = credentials;
  message::Request request = Get("/a%20b?q=*");
  request.fields.push_back({"authorization", "Basic recorded"});
  request.fields.push_back({"X-Amz-Security-Token", "recorded"});
  request.fields.push_back({"X-Last", "1"});
  Client client(target);
  result.sent = client.Send(std::move(request));
  EXPECT_TRUE(result.sent.answered) << result.sent.failure;
  return result;
}

std::string RefusalOf(const Credentials& credentials) {
  asio::io_context loop;
  Target target = TargetAt("http://127.0.0.1");
  target.credentials = credentials;
  const auto sender = Sender::Make(loop, {target});
  return sender ? "" : sender.error().what + "; " + sender.error().remedy;
}

TEST(Credentials, AreDroppedUnlessTheTargetHasSome) {
  EXPECT_THAT(SendAs({}).received, Not(HasSubstr("uthorization")));
}

TEST(Credentials, AreNotKeptWhereAnAnswerRepeatsThem) {
  const TemporaryFolder folder;
  ScriptedServer server({ScriptedServer::Answering([](const std::string& request) {
    return "HTTP/1.1 200 OK\r\nX-Saw: " + std::string(24, 'q') +
           "\r\nContent-Length: " + std::to_string(request.size()) + "\r\n\r\n" + request;
  })});
  Target target = TargetAt(server.url());
  target.credentials = {.kind = CredentialKind::kBearer,
                        .secret = InFile(folder, std::string(24, 'q'))};
  Client client(target);
  const Sent sent = client.Send(Get("/"));
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_THAT(sent.answer.body, AllOf(HasSubstr("Authorization: **"), Not(HasSubstr("qq"))));
  EXPECT_THAT(sent.answer.head, AllOf(HasSubstr("X-Saw: ****"), Not(HasSubstr("qq"))));
}

TEST(Credentials, AShortOneIsLeftWhereItIsAWordOfAnAnswer) {
  const TemporaryFolder folder;
  ScriptedServer server({ScriptedServer::Answering(
      [](const std::string&) { return Ok("a test, and Bearer test"); })});
  Target target = TargetAt(server.url());
  target.credentials = {.kind = CredentialKind::kBearer, .secret = InFile(folder, "test")};
  Client client(target);
  EXPECT_EQ(client.Send(Get("/")).answer.body, "a test, and ***********");
}

TEST(Credentials, AreKeptAsRecordedWhereThatIsAskedFor) {
  EXPECT_THAT(SendAs({.kind = CredentialKind::kKeep}).received,
              HasSubstr("authorization: Basic recorded\r\n"));
}

TEST(Credentials, StandInTheRecordedPlace) {
  const TemporaryFolder folder;
  const Exchanged basic =
      SendAs({.kind = CredentialKind::kBasic, .secret = InFile(folder, "user:geheim")});
  EXPECT_THAT(basic.received, HasSubstr("authorization: Basic dXNlcjpnZWhlaW0=\r\nX-Amz"));
}

TEST(Credentials, MayHaveThePasswordApartFromTheUser) {
  const TemporaryFolder folder;
  EXPECT_THAT(
      SendAs({.kind = CredentialKind::kBasic, .user = "user", .secret = InFile(folder, "geheim")})
          .received,
      HasSubstr("authorization: Basic dXNlcjpnZWhlaW0=\r\n"));
}

TEST(Credentials, AreNotInTheHeadThatIsKept) {
  const TemporaryFolder folder;
  const Exchanged bearer =
      SendAs({.kind = CredentialKind::kBearer, .secret = InFile(folder, "geheim")});
  EXPECT_THAT(bearer.received, HasSubstr("authorization: Bearer geheim\r\n"));
  EXPECT_THAT(bearer.sent.head, AllOf(HasSubstr("authorization: (secret)\r\n"),
                                      HasSubstr("X-Last: 1\r\n"), Not(HasSubstr("geheim"))));
}

TEST(Credentials, MayBeInTheEnvironment) {
  ASSERT_EQ(setenv("TRAFREC_TEST_SECRET", "token", 1), 0);
  EXPECT_THAT(
      SendAs({.kind = CredentialKind::kBearer, .secret = {.variable = "TRAFREC_TEST_SECRET"}})
          .received,
      HasSubstr("authorization: Bearer token\r\n"));
}

TEST(Credentials, OfElasticsearchMayBeInItsTwoForms) {
  const TemporaryFolder folder;
  EXPECT_THAT(
      SendAs({.kind = CredentialKind::kApiKey, .secret = InFile(folder, "id:key")}).received,
      HasSubstr("authorization: ApiKey aWQ6a2V5\r\n"));
  EXPECT_THAT(
      SendAs({.kind = CredentialKind::kApiKey, .secret = InFile(folder, "aWQ6a2V5")}).received,
      HasSubstr("authorization: ApiKey aWQ6a2V5\r\n"));
}

TEST(Credentials, MayHaveAFieldOfTheirOwn) {
  const TemporaryFolder folder;
  const Exchanged exchanged = SendAs(
      {.kind = CredentialKind::kApiKey, .secret = InFile(folder, "geheim"), .field = "X-Api-Key"});
  EXPECT_THAT(exchanged.received,
              AllOf(HasSubstr("X-Api-Key: geheim\r\n"), Not(HasSubstr("uthorization"))));
  EXPECT_THAT(exchanged.sent.head, HasSubstr("X-Api-Key: (secret)\r\n"));
}

/// The value of a field in a head.
std::string ValueIn(const std::string& head, const std::string& name) {
  const size_t at = head.find("\r\n" + name + ": ");
  EXPECT_NE(at, std::string::npos) << name;
  const size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

TEST(Credentials, OfAwsSignWhatGoesOut) {
  const TemporaryFolder folder;
  const Exchanged exchanged = SendAs({.kind = CredentialKind::kSigV4,
                                      .user = "AKID",
                                      .secret = InFile(folder, "geheim"),
                                      .session_token = InFile(folder, "token/+=", "token"),
                                      .region = "eu-central-1",
                                      .service = "aoss"});
  const std::string date = ValueIn(exchanged.received, "X-Amz-Date");
  const auto time =
      ParseTime(date.substr(0, 4) + '-' + date.substr(4, 2) + '-' + date.substr(6, 5) + ':' +
                    date.substr(11, 2) + ':' + date.substr(13),
                0);
  ASSERT_TRUE(time.has_value()) << date;
  const std::string hash = PayloadHash("");
  EXPECT_EQ(ValueIn(exchanged.received, "X-Amz-Content-Sha256"), hash);
  EXPECT_EQ(ValueIn(exchanged.received, "X-Amz-Security-Token"), "token/+=");
  EXPECT_EQ(ValueIn(exchanged.received, "authorization"),
            SignV4({"GET",
                    "/a%20b?q=*",
                    {{"host", ValueIn(exchanged.received, "Host")},
                     {"x-amz-date", date},
                     {"x-amz-content-sha256", hash},
                     {"x-amz-security-token", "token/+="}},
                    hash},
                   {"AKID", "geheim", "token/+="}, {"eu-central-1", "aoss"}, *time));
  EXPECT_THAT(exchanged.sent.head, AllOf(HasSubstr("authorization: (secret)"),
                                         HasSubstr("X-Amz-Security-Token: (secret)")));
}

/// The signature of AWS's published vector "get-vanilla" with the hash of the body signed, too, for
/// this Host.
std::string SignedFor(const std::string& host, TimeNs time) {
  return SignV4(
      {"GET",
       "/",
       {{"Host", host}, {"X-Amz-Date", AwsTime(time)}, {"X-Amz-Content-Sha256", PayloadHash("")}},
       PayloadHash("")},
      {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""}, {"us-east-1", "service"},
      time);
}

struct HostCase {
  std::string name;
  bool keeps_host;
  std::vector<SetField> set;
  std::string sent;
};

class SignedHost : public testing::TestWithParam<HostCase> {};

TEST_P(SignedHost, IsTheOneThatIsSent) {
  const TemporaryFolder folder;
  const Credentials credentials{
      .kind = CredentialKind::kSigV4,
      .user = "AKIDEXAMPLE",
      .secret = InFile(folder, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      .region = "us-east-1",
      .service = "service"};
  const auto authorizer = Authorizer::Load(credentials);
  ASSERT_TRUE(authorizer.has_value());
  message::Request request{.method = "GET", .target = "/"};
  request.fields.push_back({"Host", "example.amazonaws.com"});
  request.keeps_host = GetParam().keeps_host;
  HeadRules rules{.path = {}, .host = "target.example", .set = GetParam().set, .drop = {}};
  authorizer->AddTo(rules);
  constexpr TimeNs kTime = 1'440'938'160 * kNsPerSecond;
  std::vector<SetField> signature;
  authorizer->Sign(request, rules, kTime, signature);
  Outgoing out;
  ASSERT_EQ(WriteRequest(request, rules, signature, out), "");
  EXPECT_EQ(ValueIn(out.head, "Host"), GetParam().sent);
  EXPECT_EQ(ValueIn(out.head, "Authorization"), SignedFor(GetParam().sent, kTime));
}

INSTANTIATE_TEST_SUITE_P(Credentials, SignedHost,
                         testing::Values(HostCase{"the_targets", false, {}, "target.example"},
                                         HostCase{"of_an_edit", true, {}, "example.amazonaws.com"},
                                         HostCase{"of_the_targets_fields",
                                                  true,
                                                  {{"host", "fields.example"}},
                                                  "fields.example"}),
                         [](const auto& test) { return test.param.name; });

TEST(Credentials, OfAwsMayBeInItsOwnVariables) {
  ASSERT_EQ(setenv("AWS_ACCESS_KEY_ID", "AKID-OF-VARIABLE", 1), 0);
  ASSERT_EQ(setenv("AWS_SECRET_ACCESS_KEY", "geheim", 1), 0);
  ASSERT_EQ(setenv("AWS_SESSION_TOKEN", "token", 1), 0);
  EXPECT_THAT(SendAs({.kind = CredentialKind::kSigV4, .region = "eu-central-1"}).received,
              AllOf(HasSubstr("Credential=AKID-OF-VARIABLE/"),
                    HasSubstr("X-Amz-Security-Token: token\r\n")));
}

TEST(Credentials, OfAwsWithoutATokenDropTheRecordedOne) {
  const TemporaryFolder folder;
  EXPECT_THAT(SendAs({.kind = CredentialKind::kSigV4,
                      .user = "AKID",
                      .secret = InFile(folder, "geheim"),
                      .region = "eu-central-1"})
                  .received,
              Not(HasSubstr("X-Amz-Security-Token")));
}

TEST(Credentials, ThatAreMissingAreFoundAtTheStart) {
  const TemporaryFolder folder;
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kBasic}), HasSubstr("have no secret"));
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kBasic, .secret = {.file = "/nowhere/secret"}}),
              HasSubstr("/nowhere/secret: No such file"));
  EXPECT_THAT(
      RefusalOf({.kind = CredentialKind::kBearer, .secret = {.variable = "TRAFREC_TEST_UNSET"}}),
      HasSubstr("there is no secret in TRAFREC_TEST_UNSET"));
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kSigV4}), HasSubstr("need a region"));
}

TEST(Credentials, ThatAreWrongAreRefusedWithoutBeingShown) {
  const TemporaryFolder folder;
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kBasic, .secret = InFile(folder, "geheim")}),
              AllOf(HasSubstr("is no user:password"), Not(HasSubstr("geheim"))));
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kBearer, .secret = InFile(folder, "geheim\x01")}),
              AllOf(HasSubstr("control characters"), Not(HasSubstr("geheim"))));
}

TEST(Credentials, ThatOthersMayReadAreRefused) {
  const TemporaryFolder folder;
  const std::string path = InFile(folder, "geheim").file;
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_THAT(RefusalOf({.kind = CredentialKind::kBearer, .secret = {.file = path}}),
              AllOf(HasSubstr("is open to others (mode 0640)"), HasSubstr("chmod 600 " + path)));
}

}  // namespace
}  // namespace trafrec::send
