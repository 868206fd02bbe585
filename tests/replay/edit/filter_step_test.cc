#include <fstream>

#include "replay/edit/editor.h"
#include "replay/edit/filter/limits.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"
#include "tests/replay/edit/edit_setup.h"

namespace trafrec::edit {
namespace {

using message::Field;
using testing::ElementsAre;
using testing::HasSubstr;

/// A filter that answers by this Python expression of `r`, the request.
std::string Filter(const std::string& answer, const std::string& more = {}) {
  return "[filter]\n" + more + "command = ['python3', '-u', '-c', '''\n" +
         "import json, sys\n"
         "for line in sys.stdin:\n"
         "    r = json.loads(line)\n"
         "    print(json.dumps(" +
         answer + "))\n''']\n";
}

/// A filter that is a line for the shell.
std::string Shell(const std::string& command, const std::string& more = {}) {
  return "[filter]\n" + more + "command = '''" + command + "'''\n";
}

std::string Failure(const std::string& text, int requests = 1) {
  Editor editor = Loaded(text).value();
  for (int i = 1; i < requests; ++i) {
    EXPECT_TRUE(editor.Apply({.id = "7"}, Asked("PUT /a", "body")));
  }
  return editor.Apply({.id = "7"}, Asked("PUT /a", "body")).error().what;
}

TEST(FilterStep, AnAnswerWithNothingElseThanTheIdLeavesTheRequest) {
  const message::Request request = Asked("PUT /a", "body");
  const Edited edited = Apply(Filter("{'id': r['id']}"), request);
  EXPECT_EQ(edited.request, request);
  EXPECT_THAT(edited.rules, ElementsAre());
}

TEST(FilterStep, ItsOwnLineAsAnswerLeavesTheRequestToo) {
  const message::Request request = Asked("PUT /a", "body");
  EXPECT_EQ(Apply(Shell("exec cat"), request).request, request);
}

TEST(FilterStep, ChangesAllPartsOfARequest) {
  const Edited edited =
      Apply(Filter("{'id': r['id'], 'method': 'POST', 'target': r['target'] + '/b',"
                   " 'headers': r['headers'] + [['X', '1']], 'body': r['body'].upper()}"),
            Asked("PUT /a", "body"));
  EXPECT_EQ(edited.request.method, "POST");
  EXPECT_EQ(edited.request.target, "/a/b");
  EXPECT_EQ(edited.request.body, "BODY");
  EXPECT_THAT(edited.request.fields, ElementsAre(Field{"Host", "source:9200"}, Field{"X", "1"}));
  EXPECT_TRUE(edited.changed_target && edited.changed_fields && edited.changed_body);
  EXPECT_FALSE(edited.keeps_host);
}

TEST(FilterStep, DropsWithAReason) {
  EXPECT_EQ(Apply(Filter("{'id': r['id'], 'drop': True, 'why': 'no'}"), Asked("PUT /a")).why,
            "dropped by filter: no");
}

TEST(FilterStep, SendsElsewhere) {
  Editor editor =
      Loaded(Filter("{'id': r['id'], 'to': 'us'}") + "[target.us]\nurl = 'http://u'\n").value();
  EXPECT_EQ(editor.targets()[Apply(editor, Asked("PUT /a")).target].name, "us");
}

TEST(FilterStep, ToNowhereIsAFailureOnThatRequest) {
  EXPECT_THAT(Failure(Filter("{'id': r['id'], 'to': 'us'}")),
              HasSubstr("sends it to 'us', and there is no such target"));
}

TEST(FilterStep, BytesThatAreNoTextPassInBase64) {
  const std::string bytes =
      "\xff\x00\xfe"
      "abc";
  EXPECT_EQ(Apply(Filter("{'id': r['id'], 'body': {'b64': r['body']['b64']}, 'target': '/b'}"),
                  Asked("PUT /a", bytes))
                .request.body,
            bytes);
}

TEST(FilterStep, SeesBodiesDecoded) {
  message::Request request =
      Asked("PUT /a", store::codec::EncodeContent("gzip", AsBytes("body")).value());
  request.fields.push_back({"Content-Encoding", "gzip"});
  const Edited edited = Apply(Filter("{'id': r['id'], 'body': r['body'] * 2}"), std::move(request));
  EXPECT_EQ(store::codec::DecodeContent("gzip", AsBytes(edited.request.body), 100).value().bytes,
            "bodybody");
}

TEST(FilterStep, AHostOfItsOwnIsKept) {
  EXPECT_TRUE(
      Apply(Filter("{'id': r['id'], 'headers': [['Host', 'h']]}"), Asked("PUT /a")).keeps_host);
}

TEST(FilterStep, LinesLongerThanAnyPipePassBothWays) {
  const std::string body(3'000'000, 'x');
  EXPECT_EQ(Apply(Shell("exec cat"), Asked("PUT /a", body)).request.body, body);
}

TEST(FilterStep, IsAskedAgainAndAgain) {
  Editor editor = Loaded(Filter("{'id': r['id'], 'body': r['body'] + '!'}")).value();
  for (const std::string body : {"a", "b", "c"}) {
    EXPECT_EQ(Apply(editor, Asked("PUT /a", body)).request.body, body + "!");
  }
  EXPECT_EQ(editor.rules()[0].requests, 3U);
}

TEST(FilterStep, AProgramThatIsNotThereIsToldAtTheStart) {
  const Result<Editor> editor = Loaded("[filter]\ncommand = ['/no/such/program']\n");
  EXPECT_EQ(editor.error().what,
            "cannot run the filter '/no/such/program': No such file or directory");
}

TEST(FilterStep, ACrashIsToldWithItsStatus) {
  EXPECT_EQ(Failure(Shell("read line; exit 3")),
            "filter failed on exchange 7: the filter ended with exit status 3");
  EXPECT_EQ(Failure(Shell("read line; kill -9 $$")),
            "filter failed on exchange 7: the filter was ended by signal 9");
}

TEST(FilterStep, AHangIsToldAndTheProgramKilled) {
  EXPECT_EQ(Failure(Shell("read line; exec sleep 1000", "timeout_ms = 50\n")),
            "filter failed on exchange 7: the filter did not answer within 50 ms (timeout_ms)");
}

TEST(FilterStep, NobodyWaitsForAHangWhenAskedToStopWhateverOnErrorSays) {
  StopEvent stop;
  Editor editor = Loaded(Shell("exec sleep 1000", "timeout_ms = 600000\non_error = \"keep\"\n"),
                         "http://target", &stop)
                      .value();
  stop.Set();
  const Result<Edited> edited = editor.Apply({.id = "7"}, Asked("PUT /a"));
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, ErrorCode::kInterrupted);
}

TEST(FilterStep, GarbageIsQuoted) {
  EXPECT_EQ(Failure(Shell("read line; echo garbage; read line")),
            "filter failed on exchange 7: the filter's answer is no JSON object: garbage");
}

TEST(FilterStep, AnAnswerToAnotherRequestIsNone) {
  EXPECT_EQ(Failure(Filter("{'id': '8'}")),
            "filter failed on exchange 7: the filter's answer has not the id 7: {\"id\": \"8\"}");
}

TEST(FilterStep, TwoAnswersAreNone) {
  EXPECT_EQ(Failure(Shell("read line; printf '{}\\n{}\\n'; read line")),
            "filter failed on exchange 7: the filter answered more than one line");
}

TEST(FilterStep, AnUnknownMemberIsNamed) {
  EXPECT_THAT(Failure(Filter("{'id': r['id'], 'boddy': ''}")),
              HasSubstr("'boddy' in the filter's answer is unknown or wrong"));
}

TEST(FilterStep, ATargetThatCannotBeSentIsRefused) {
  EXPECT_EQ(Failure(Filter("{'id': r['id'], 'target': '/a b'}")),
            "filter failed on exchange 7: the filter's target '/a b' is empty or holds a blank");
}

TEST(FilterStep, AnAnswerThatNeverEndsIsCutAtItsLimit) {
  EXPECT_EQ(Failure(Shell("read line; exec yes | tr -d '\\n'", "line_bytes_max = 100000\n")),
            "filter failed on exchange 7: the filter's answer is longer than 100000 bytes");
}

TEST(FilterStep, AFailureCanKeepTheRequestAndTheNextOneIsAskedAgain) {
  Editor editor =
      Loaded(Shell("read line; case $line in *poison*) exit 1;; esac; echo \"$line\"; read line",
                   "on_error = \"keep\"\n"))
          .value();
  EXPECT_EQ(Apply(editor, Asked("PUT /a", "poison")).request.body, "poison");
  EXPECT_FALSE(Apply(editor, Asked("PUT /a", "body")).dropped);
  EXPECT_EQ(editor.rules()[0].failures, 1U);
}

TEST(FilterStep, AFailureCanDropTheRequest) {
  EXPECT_EQ(Apply(Shell("exit 1", "on_error = \"drop\"\n"), Asked("PUT /a")).why,
            "dropped, because filter failed: the filter ended with exit status 1");
}

TEST(FilterStep, OneThatNeverAnswersIsGivenUp) {
  EXPECT_THAT(Failure(Shell("exit 1", "on_error = \"keep\"\n"), filter::limits::kFailuresInARow),
              HasSubstr("filter failed 10 times in a row, the last time because the filter ended"));
}

TEST(FilterStep, IsToldByTheEndOfItsInputToEnd) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder / "ended";
  {
    Loaded(Shell("cat > /dev/null; echo done > " + file)).value();
  }
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  EXPECT_EQ(word, "done");
}

TEST(FilterStep, OnlyWhatFitsItsConditionIsAsked) {
  EXPECT_FALSE(
      Apply(Filter("{'id': r['id'], 'drop': True}", "path = '/b'\n"), Asked("PUT /a")).dropped);
}

TEST(FilterStep, ACommandIsNeeded) {
  EXPECT_THAT(ErrorOf("[filter]\ntimeout_ms = 5\n"), HasSubstr("'command' is missing or empty"));
}

}  // namespace
}  // namespace trafrec::edit
