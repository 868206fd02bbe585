#include "replay/edit/edit_file.h"

#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using testing::HasSubstr;

constexpr auto kTwoTargets = R"(
[target.eu]
url = "http://eu"
[target.us]
url = "http://us"
)";

TEST(EditFile, AnUnknownKeyIsNamedWithItsLineAndTheNearestOne) {
  EXPECT_EQ(ErrorOf("[[rewrite]]\npath_prefx = \"/a\"\nremove = \"X\"\n"),
            "edits.toml, line 2: there is no 'path_prefx' in [[rewrite]]; is 'path_prefix' meant?");
}

TEST(EditFile, AnUnknownTableIsNamedToo) {
  EXPECT_EQ(ErrorOf("[[rewrites]]\nremove = \"X\"\n"),
            "edits.toml, line 1: there is no 'rewrites'; is 'rewrite' meant?");
}

TEST(EditFile, AWrongTypeIsNamedWithItsLine) {
  EXPECT_EQ(ErrorOf("[target.eu]\nurl = \"http://eu\"\nconnections = \"8\"\n", ""),
            "edits.toml, line 3: 'connections' in [target.eu] must be a number of at least 1");
}

TEST(EditFile, AnArrayOfOtherThingsIsNoArrayOfTexts) {
  EXPECT_EQ(ErrorOf("[[rewrite]]\nremove = [\"A\", 1]\n"),
            "edits.toml, line 2: 'remove' in [[rewrite]] must be a text in quotes, or an array of "
            "texts");
}

TEST(EditFile, BadTomlIsToldInTheParsersWordsAndLine) {
  EXPECT_THAT(ErrorOf("[[rewrite]]\nremove = \n"), HasSubstr("edits.toml, line 2: "));
}

TEST(EditFile, RoutesNeedADefault) {
  EXPECT_THAT(ErrorOf(std::string(kTwoTargets) + "[[route]]\npath = \"/a\"\nto = \"eu\"\n", ""),
              HasSubstr("there are routes and no default"));
}

TEST(EditFile, SeveralTargetsNeedADefault) {
  EXPECT_THAT(ErrorOf(kTwoTargets, ""), HasSubstr("there are several targets and no default"));
}

TEST(EditFile, ARouteToAnUnknownTargetNamesTheNearestOne) {
  EXPECT_THAT(ErrorOf(R"(default = "euros"
[[route]]
to = "euro"
[target.euros]
url = "http://e"
)",
                      ""),
              HasSubstr("there is no target 'euro'; is 'euros' meant?"));
}

TEST(EditFile, ARouteGoesToATargetOrDrops) {
  EXPECT_THAT(ErrorOf("[[route]]\npath = \"/a\"\n"),
              HasSubstr("a route either goes to a target or drops"));
}

TEST(EditFile, TwoDefaultsAreRefused) {
  EXPECT_THAT(ErrorOf("default = \"eu\"\n[target.eu]\nurl = \"http://eu\"\n"),
              HasSubstr("--to says where requests go by default, too"));
}

TEST(EditFile, AMethodInLowerCaseIsRefusedForItWouldFitNothing) {
  EXPECT_EQ(ErrorOf("[[route]]\nmethod = [\"PUT\", \"get\"]\ndrop = true\n"),
            "edits.toml, line 2: 'method' in [[route]]: no request has the method 'get'");
}

TEST(EditFile, ABadPatternIsToldWithItsLine) {
  EXPECT_EQ(ErrorOf("[[rewrite]]\nremove = \"X\"\npath_regex = \"a(\"\n"),
            "edits.toml, line 3: 'path_regex' in [[rewrite]]: 'a(' is no regular expression: "
            "missing ): a(");
}

TEST(EditFile, AReplacementCannotNameAGroupThatIsNotThere) {
  EXPECT_THAT(ErrorOf("[[rewrite]]\nreplace = \"a\"\nwith = '\\1'\n"),
              HasSubstr("line 3: 'with' in [[rewrite]]: '\\1' cannot replace what 'a' finds"));
}

TEST(EditFile, FieldsThatSayHowAMessageIsSentAreNotARulesAffair) {
  EXPECT_THAT(ErrorOf("[[rewrite]]\nset = { \"content-length\" = \"3\" }\n"),
              HasSubstr("Content-Length says how a message is sent"));
}

TEST(EditFile, AValueCannotHoldALineEnd) {
  EXPECT_THAT(ErrorOf("[[rewrite]]\nadd = { \"X\" = \"a\\r\\nY: b\" }\n"),
              HasSubstr("a value cannot hold line ends"));
}

TEST(EditFile, ARewriteThatChangesNothingIsRefused) {
  EXPECT_THAT(ErrorOf("[[rewrite]]\npath = \"/a\"\n"), HasSubstr("it changes nothing"));
}

TEST(EditFile, WithoutAnyTargetNothingCanBeSent) {
  EXPECT_EQ(Editor::Load({.file = "", .to = ""}).error().what, "there is no target to send to");
}

TEST(EditFile, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(Editor::Load({.file = "/no/edits.toml", .to = ""}).error().what,
              HasSubstr("/no/edits.toml"));
}

TEST(Targets, HaveAllThatTheFileSays) {
  const Editor editor = Loaded(R"(
[target.eu]
url = "https://eu:9200"
connections = 8
fields = { "X-Tenant" = "7" }
[target.eu.credentials]
kind = "sigv4"
user = "AKID"
file = "/secret"
session_token_env = "TOKEN"
region = "eu-central-1"
service = "es"
[target.eu.tls]
ca = "/ca.pem"
certificate = "/me.pem"
key = "/me.key"
server_name = "search"
insecure = true
)",
                               "")
                            .value();
  ASSERT_EQ(editor.targets().size(), 1U);
  const TargetOptions& target = editor.targets()[0];
  EXPECT_EQ(target.name, "eu");
  EXPECT_EQ(target.url, "https://eu:9200");
  EXPECT_EQ(target.connections, 8);
  EXPECT_THAT(target.fields, testing::ElementsAre(message::Field{"X-Tenant", "7"}));
  EXPECT_EQ(target.credentials.kind, CredentialsKind::kSigV4);
  EXPECT_EQ(target.credentials.user, "AKID");
  EXPECT_EQ(target.credentials.secret.file, "/secret");
  EXPECT_EQ(target.credentials.session_token.variable, "TOKEN");
  EXPECT_EQ(target.credentials.region, "eu-central-1");
  EXPECT_EQ(target.credentials.service, "es");
  EXPECT_EQ(target.tls.ca_file, "/ca.pem");
  EXPECT_EQ(target.tls.certificate_file, "/me.pem");
  EXPECT_EQ(target.tls.key_file, "/me.key");
  EXPECT_EQ(target.tls.server_name, "search");
  EXPECT_TRUE(target.tls.insecure);
}

TEST(Targets, ASecretCannotStandInTheFile) {
  EXPECT_THAT(ErrorOf("[target.eu]\nurl = \"http://eu\"\n[target.eu.credentials]\n"
                      "kind = \"bearer\"\npassword = \"x\"\n",
                      ""),
              HasSubstr("there is no 'password' in [target.eu.credentials]"));
}

TEST(Targets, CredentialsWithoutASecretAreRefused) {
  EXPECT_THAT(ErrorOf("[target.eu]\nurl = \"http://eu\"\n[target.eu.credentials]\n"
                      "kind = \"bearer\"\n",
                      ""),
              HasSubstr("it does not say where the secret is"));
}

/// A target with these lines in its credentials.
std::string WithCredentials(const std::string& lines) {
  return "[target.eu]\nurl = \"http://eu\"\n[target.eu.credentials]\n" + lines;
}

CredentialsOptions CredentialsOf(const std::string& lines) {
  return Loaded(WithCredentials(lines), "").value().targets().at(0).credentials;
}

TEST(Targets, MayKeepTheRecordedCredentials) {
  EXPECT_EQ(CredentialsOf("kind = \"keep\"\n").kind, CredentialsKind::kKeep);
  EXPECT_THAT(ErrorOf(WithCredentials("kind = \"keep\"\nfile = \"/secret\"\n"), ""),
              HasSubstr("a secret needs another kind than keep"));
}

TEST(Targets, AnApiKeyMayHaveAFieldOfItsOwn) {
  const CredentialsOptions credentials =
      CredentialsOf("kind = \"api_key\"\nfile = \"/secret\"\nfield = \"X-Api-Key\"\n");
  EXPECT_EQ(credentials.kind, CredentialsKind::kApiKey);
  EXPECT_EQ(credentials.field, "X-Api-Key");
}

TEST(Targets, AFieldOfItsOwnIsForAnApiKeyOnly) {
  EXPECT_THAT(ErrorOf(WithCredentials("kind = \"bearer\"\nfile = \"/s\"\nfield = \"X\"\n"), ""),
              HasSubstr("'field' is for an API key only"));
}

TEST(Targets, AFieldThatFramesAMessageCannotHoldTheKey) {
  for (const char* field : {"Content-Length", "X Key"}) {
    EXPECT_THAT(ErrorOf(WithCredentials("kind = \"api_key\"\nfile = \"/s\"\nfield = \"" +
                                        std::string(field) + "\"\n"),
                        ""),
                HasSubstr(field));
  }
}

TEST(Targets, TheCommandLinesWordForAnApiKeyIsTaken) {
  EXPECT_EQ(CredentialsOf("kind = \"api-key\"\nenv = \"KEY\"\n").kind, CredentialsKind::kApiKey);
}

TEST(Targets, UserAndPasswordMayStandInOneSecret) {
  EXPECT_EQ(CredentialsOf("kind = \"basic\"\nenv = \"PAIR\"\n").user, "");
}

TEST(Targets, SignaturesMayHaveAwsOwnVariables) {
  EXPECT_FALSE(CredentialsOf("kind = \"sigv4\"\nregion = \"eu-central-1\"\nservice = \"es\"\n")
                   .secret.given());
  EXPECT_THAT(ErrorOf(WithCredentials("kind = \"sigv4\"\nfile = \"/s\"\nregion = \"r\"\nservice = "
                                      "\"es\"\n"),
                      ""),
              HasSubstr("'user' is missing"));
}

TEST(Targets, SignaturesForS3WhichHasARuleOfItsOwnAreRefused) {
  EXPECT_THAT(ErrorOf(WithCredentials("kind = \"sigv4\"\nregion = \"r\"\nservice = \"s3\"\n"), ""),
              HasSubstr("S3 signs paths by a rule of its own"));
}

TEST(Targets, ACertificateNeedsItsKey) {
  EXPECT_THAT(ErrorOf("[target.eu]\nurl = \"http://eu\"\ntls = { certificate = \"/a\" }\n", ""),
              HasSubstr("a client's certificate needs its key"));
}

TEST(Targets, NeedAUrl) {
  EXPECT_THAT(ErrorOf("[target.eu]\nconnections = 1\n", ""), HasSubstr("'url' is missing"));
}

}  // namespace
}  // namespace trafrec::edit
