// Sentinels in captures: what `trafrec record` makes of them, and what `trafrec watermarks` shows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "store/crypto/key_file.h"
#include "store/sentinel/sentinel_token.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/run_trafrec.h"
#include "tools/mark_words.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::TcpConversation;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kTarget = "/_stats?level=shards";
constexpr const char* kStats =
    R"({"indices":{"orders":{"uuid":"u1","shards":{"0":[{"routing":{"primary":true,"node":"n1"},)"
    R"("seq_no":{"max_seq_no":41,"local_checkpoint":40,"global_checkpoint":39}}]}}}})";
constexpr const char* kMetadata =
    R"({"metadata":{"indices":{"orders":{"routing_num_shards":768,"primary_terms":{"0":3,"1":2},)"
    R"("settings":{"index":{"uuid":"u1"}}}}}})";

class RecordedSentinel : public testing::Test {
 protected:
  RecordedSentinel() { CHECK(store::crypto::WriteKeyFiles(folder_ / "k", key_).has_value()); }

  /// The text of a token for GET kTarget, sent at `at`.
  std::string Token(TimeNs at, const std::string& purpose = "backfill-begin") {
    store::SentinelToken token;
    token.audience = "prod";
    token.sent_at = at;
    token.nonce = {++nonces_};
    token.purpose = purpose;
    store::SignSentinel(token, {"GET", kTarget, store::crypto::Sha256::Of({})}, key_);
    return store::FormatSentinelToken(token);
  }
  static std::string RequestWith(const std::string& token) {
    return std::string("GET ") + kTarget + " HTTP/1.1\r\nHost: es:9200\r\nUser-Agent: " + token +
           "\r\n\r\n";
  }
  static std::string Answer(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  std::string Capture(const std::string& name, TcpConversation& wire) const {
    test_support::PcapWriter(folder_ / name).Write(wire.Packets());
    return folder_ / name;
  }
  /// A capture with one genuine sentinel that began at `at`.
  std::string CaptureOfOne(const std::string& name, const std::string& token, TimeNs at) const {
    TcpConversation wire({.start = at});
    wire.Handshake().ClientSends(RequestWith(token)).Wait(kNsPerMs).ServerSends(Answer(kStats));
    wire.Close();
    return Capture(name, wire);
  }
  Outcome Record(const std::string& capture, const std::string& recorder = "test",
                 std::vector<std::string> more = {}) const {
    more.insert(more.begin(),
                {"record", "--read", capture, "--log", log_, "--recorder", recorder, "--quiet",
                 "--audience", "prod", "--trust-sentinel", folder_ / "k.pub"});
    return Trafrec(more);
  }
  json Watermarks() const {
    const Outcome outcome = Trafrec({"watermarks", log_, "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const store::crypto::SigningKey key_ = store::crypto::SigningKey::Generate();
  const TimeNs year_ago_ = 1'700'000'000 * kNsPerSecond;
  uint8_t nonces_ = 0;
};

TEST_F(RecordedSentinel, OfACaptureOfLastYearIsAWatermarkAsItWasThen) {
  const std::string capture =
      CaptureOfOne("a.pcap", Token(year_ago_ + 59 * kNsPerSecond), year_ago_);
  ASSERT_EQ(Record(capture).exit_code, 0);
  const json marks = Watermarks();
  ASSERT_THAT(marks["watermarks"], SizeIs(1));
  const json& mark = marks["watermarks"][0];
  EXPECT_EQ(mark["id"], "test-0001-11");
  EXPECT_EQ(mark["purpose"], "backfill-begin");
  EXPECT_EQ(mark["key"], key_.id());
  EXPECT_EQ(mark["time"], json::parse(Trafrec({"show", log_, "--json"}).out)["time"]);
  EXPECT_EQ(mark["status"], 200);
  EXPECT_THAT(marks["rejected"], SizeIs(0));
}

TEST_F(RecordedSentinel, ShowsWhatItsAnswersSayOfTheSource) {
  TcpConversation wire({.start = year_ago_});
  wire.Handshake().ClientSends(RequestWith(Token(year_ago_))).ServerSends(Answer(kStats));
  wire.ClientSends(RequestWith(Token(year_ago_))).ServerSends(Answer(kMetadata));
  wire.ClientSends(RequestWith(Token(year_ago_)))
      .ServerSends(Answer(R"({"_index":"marks","_id":"m1","_seq_no":5,"_primary_term":2})"));
  wire.ClientSends(RequestWith(Token(year_ago_))).ServerSends(Answer("not JSON"));
  wire.Close();
  ASSERT_EQ(Record(Capture("a.pcap", wire)).exit_code, 0);
  const json marks = Watermarks()["watermarks"];
  ASSERT_THAT(marks, SizeIs(4));
  EXPECT_EQ(marks[0]["shards"], json::parse(R"([{"index":"orders","shard":"0","node":"n1",
    "primary":true,"max_seq_no":41,"local_checkpoint":40,"global_checkpoint":39}])"));
  EXPECT_EQ(marks[1]["indices"], json::parse(R"([{"index":"orders","uuid":"u1",
    "routing_num_shards":768,"primary_terms":{"0":3,"1":2}}])"));
  EXPECT_EQ(marks[2]["written"],
            json::parse(R"({"index":"marks","id":"m1","seq_no":5,"primary_term":2})"));
  EXPECT_EQ(marks[3]["trouble"], "the answer is no JSON object");
}

TEST_F(RecordedSentinel, IsRejectedWithItsReason) {
  TcpConversation wire({.start = year_ago_});
  wire.Handshake();
  wire.ClientSends(RequestWith(Token(year_ago_))).ServerSends(Answer("{}", "503 Busy"));
  wire.ClientSends(RequestWith(Token(year_ago_) + "A")).ServerSends(Answer("{}"));
  wire.ClientSends(RequestWith(Token(year_ago_ - 61 * kNsPerSecond))).ServerSends(Answer("{}"));
  wire.Close();
  ASSERT_EQ(Record(Capture("a.pcap", wire)).exit_code, 0);
  const json marks = Watermarks();
  EXPECT_THAT(marks["watermarks"], SizeIs(0));
  ASSERT_THAT(marks["rejected"], SizeIs(3));
  EXPECT_EQ(marks["rejected"][0]["reason"], "unanswered");
  EXPECT_EQ(marks["rejected"][1]["reason"], "malformed");
  EXPECT_THAT(marks["rejected"][1]["detail"].get<std::string>(), HasSubstr("sig"));
  EXPECT_EQ(marks["rejected"][2]["reason"], "out_of_time");
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
}

TEST_F(RecordedSentinel, IsVerifiedOverWhatWasSentAndStoredRedacted) {
  const std::string document = R"({"password":"PLANTED"})";
  const std::string target = "/marks/_doc/1?token=PLANTED";
  store::SentinelToken token;
  token.audience = "prod";
  token.sent_at = year_ago_;
  token.purpose = "lag";
  store::SignSentinel(token, {"PUT", target, store::crypto::Sha256::Of(AsBytes(document))}, key_);
  TcpConversation wire({.start = year_ago_});
  wire.Handshake();
  wire.ClientSends("PUT " + target + " HTTP/1.1\r\nHost: es:9200\r\nUser-Agent: " +
                   store::FormatSentinelToken(token) + "\r\nContent-Length: " +
                   std::to_string(document.size()) + "\r\n\r\n" + document);
  wire.ServerSends(Answer("{}", "201 Created")).Close();
  ASSERT_EQ(Record(Capture("a.pcap", wire), "test",
                   {"--redact-header", "User-Agent", "--redact-query", "token", "--redact-json",
                    "/password", "--redaction-key", folder_ / "redaction.key"})
                .exit_code,
            0);
  const json marks = Watermarks();
  EXPECT_THAT(marks["watermarks"], SizeIs(1));
  EXPECT_THAT(marks["rejected"], SizeIs(0));
  EXPECT_THAT(Trafrec({"export", log_}).out,
              AllOf(HasSubstr("token=redacted-"), Not(HasSubstr("PLANTED")),
                    Not(HasSubstr("trafrec-sentinel/1"))));
}

TEST_F(RecordedSentinel, InAnEncryptedLogIsReadWithAnIdentity) {
  const std::string key = folder_ / "audit.key";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  const std::string capture = CaptureOfOne("a.pcap", Token(year_ago_), year_ago_);
  ASSERT_EQ(Record(capture, "test", {"--encrypt-to", key + ".pub"}).exit_code, 0);
  EXPECT_THAT(Trafrec({"watermarks", log_, "--identity", key}).out,
              AllOf(HasSubstr("backfill-begin"), HasSubstr(kTarget), HasSubstr("max_seq_no 41")));
  const Outcome without = Trafrec({"watermarks", log_});
  EXPECT_EQ(without.exit_code, 0);
  EXPECT_THAT(without.out, AllOf(HasSubstr("1 watermark,"), HasSubstr("(encrypted)"),
                                 HasSubstr("its answer cannot be read"), HasSubstr("encrypted"),
                                 Not(HasSubstr("backfill"))));
}

TEST_F(RecordedSentinel, OfAnEarlierStartIsReplayed) {
  const std::string token = Token(year_ago_);
  ASSERT_EQ(Record(CaptureOfOne("a.pcap", token, year_ago_)).exit_code, 0);
  ASSERT_EQ(Record(CaptureOfOne("b.pcap", token, year_ago_ + 9 * kNsPerSecond)).exit_code, 0);
  const json marks = Watermarks();
  EXPECT_THAT(marks["watermarks"], SizeIs(1));
  ASSERT_THAT(marks["rejected"], SizeIs(1));
  EXPECT_EQ(marks["rejected"][0]["id"], "test-0002-11");
  EXPECT_EQ(marks["rejected"][0]["reason"], "replayed");
}

TEST_F(RecordedSentinel, SeenByASecondRecorderIsOneWatermark) {
  const std::string capture = CaptureOfOne("a.pcap", Token(year_ago_), year_ago_);
  ASSERT_EQ(Record(capture, "one").exit_code, 0);
  ASSERT_EQ(Record(capture, "two").exit_code, 0);
  const json marks = Watermarks();
  ASSERT_THAT(marks["watermarks"], SizeIs(1));
  EXPECT_EQ(marks["watermarks"][0]["id"], "one-0001-11");
  EXPECT_EQ(marks["watermarks"][0]["also"], json({"two-0001-11"}));
  EXPECT_THAT(marks["rejected"], SizeIs(0));
}

TEST_F(RecordedSentinel, IsOrdinaryTrafficForARecorderWithoutAudience) {
  const std::string capture = CaptureOfOne("a.pcap", Token(year_ago_), year_ago_);
  ASSERT_EQ(Trafrec({"record", "-r", capture, "-l", log_, "--quiet"}).exit_code, 0);
  const json marks = Watermarks();
  EXPECT_THAT(marks["watermarks"], SizeIs(0));
  EXPECT_THAT(marks["rejected"], SizeIs(0));
}

TEST_F(RecordedSentinel, ASegmentOfAnOlderWriterHasNone) {
  const std::string capture = CaptureOfOne("a.pcap", Token(year_ago_), year_ago_);
  ASSERT_EQ(
      Trafrec({"record", "-r", capture, "-l", log_, "--quiet", "--recorder", "old"}).exit_code, 0);
  const std::string segment = log_ + "/old/0001/000001.sqlite";
  ASSERT_EQ(test_support::RunToEnd({"/usr/bin/sqlite3", segment, "DROP TABLE sentinel"}).exit_code,
            0);
  for (const char* name : {"000001.manifest.json", "head.json"}) {  // neither did it make
    ASSERT_TRUE(std::filesystem::remove(log_ + "/old/0001/" + name));
  }
  EXPECT_THAT(Watermarks()["watermarks"], SizeIs(0));
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
  EXPECT_EQ(Record(capture, "old").exit_code, 0);
  EXPECT_THAT(Watermarks()["watermarks"], SizeIs(1));
}

TEST(MarksInWords, NameTheExchangeThatHoldsThem) {
  store::AttemptInfo attempt;
  attempt.recorder = "web";
  attempt.attempt = 2;
  attempt.written = {9,
                     1'700'000'000 * kNsPerSecond,
                     1'600'000'000 * kNsPerSecond,
                     {},
                     {store::HoldCause::kAnswer, 7}};
  EXPECT_EQ(
      MarksInWords(attempt, attempt.written),
      "every exchange below number 9; every request before 2023-11-14T22:13:20.000000000Z; "
      "every answer to requests before 2020-09-13T12:26:40.000000000Z (held back: web-0002-17 "
      "waits for its answer)");
}

TEST(MarksInWords, SayOnceWhatHoldsBoth) {
  store::AttemptInfo attempt;
  attempt.written = {9,
                     kNsPerSecond,
                     kNsPerSecond,
                     {store::HoldCause::kUndelivered, 0},
                     {store::HoldCause::kUndelivered, 0}};
  EXPECT_EQ(MarksInWords(attempt, attempt.written),
            "every exchange below number 9; every request before 1970-01-01T00:00:01.000000000Z, "
            "and its answer (held back: bytes wait behind a hole)");
}

TEST_F(RecordedSentinel, StandsBesideTheMarksOfEachStart) {
  ASSERT_EQ(Record(CaptureOfOne("a.pcap", Token(year_ago_), year_ago_)).exit_code, 0);
  const json mark = Watermarks()["marks"][0];
  EXPECT_EQ(mark["attempt"], "test-0001");
  EXPECT_EQ(mark["exchanges_below"], 2);
  EXPECT_EQ(mark["answers_hold"], nullptr);
}

TEST_F(RecordedSentinel, OptionsThatTrustNobodyOrNothingAreRefused) {
  const std::string capture = CaptureOfOne("a.pcap", Token(year_ago_), year_ago_);
  const auto record = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"record", "-r", capture, "-l", log_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  };
  const std::string trusted = folder_ / "k.pub";
  EXPECT_THAT(record({"--audience", "prod"}).err, HasSubstr("--trust-sentinel"));
  EXPECT_THAT(record({"--trust-sentinel", trusted}).err, HasSubstr("--audience"));
  EXPECT_THAT(record({"--audience", "A B", "--trust-sentinel", trusted}).err,
              HasSubstr("cannot be an audience"));
  EXPECT_THAT(record({"--audience", "prod", "--trust-sentinel", trusted + ":"}).err,
              HasSubstr("is no purpose"));
  EXPECT_THAT(record({"--audience", "prod", "--trust-sentinel", folder_ / "k"}).err,
              AllOf(HasSubstr("is a secret key"), HasSubstr("k.pub")));
  EXPECT_THAT(record({"--audience", "prod", "--trust-sentinel", folder_ / "none.pub:lag"}).err,
              HasSubstr("none.pub"));
}

TEST_F(RecordedSentinel, CountsForThePurposesOfItsKeyOnly) {
  TcpConversation wire({.start = year_ago_});
  wire.Handshake();
  for (const char* purpose : {"lag", "cutover", "x-mine"}) {
    wire.ClientSends(RequestWith(Token(year_ago_, purpose))).ServerSends(Answer("{}"));
  }
  wire.Close();
  const std::string capture = Capture("a.pcap", wire);
  ASSERT_EQ(Trafrec({"record", "-r", capture, "-l", log_, "--quiet", "--audience", "prod",
                     "--trust-sentinel", (folder_ / "k.pub").string() + ":lag,x-mine"})
                .exit_code,
            0);
  std::vector<std::string> purposes;
  const json marks = Watermarks();
  for (const json& mark : marks["watermarks"]) {
    purposes.push_back(mark["purpose"]);
  }
  EXPECT_THAT(purposes, ElementsAre("lag", "x-mine"));
}

}  // namespace
}  // namespace trafrec::tools
