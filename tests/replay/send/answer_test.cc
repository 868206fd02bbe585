// Which bytes are an answer, over a real connection: each test is one way to end a message.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/send/answer_reader.h"
#include "tests/replay/send/client.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::send {
namespace {

using message::Field;
using testing::ElementsAre;
using testing::HasSubstr;

/// One request, answered with these bytes; the server then closes if `closes`.
Sent AnswerOf(const std::string& bytes, const std::string& method = "GET", bool closes = false) {
  ScriptedServer server({[&](Peer& peer) {
    peer.ReadRequest();
    peer.Write(bytes);
    if (!closes) {
      peer.AwaitClose();
    }
  }});
  Client client(TargetAt(server.url()));
  message::Request request = Get("/");
  request.method = method;
  return client.Send(request);
}

Sent AnswerThenClose(const std::string& bytes) { return AnswerOf(bytes, "GET", true); }

TEST(Answers, KeepHeadFieldsAndBodyAsTheyCame) {
  const Sent sent =
      AnswerOf("HTTP/1.1 201 Made it\r\nX-a:  one \r\nX-A: two\r\nContent-Length: 2\r\n\r\nhi");
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.status, 201);
  EXPECT_EQ(sent.answer.version_minor, 1);
  EXPECT_EQ(sent.answer.head,
            "HTTP/1.1 201 Made it\r\nX-a:  one \r\nX-A: two\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(sent.answer.fields,
              ElementsAre(Field{"X-a", "one"}, Field{"X-A", "two"}, Field{"Content-Length", "2"}));
  EXPECT_EQ(sent.answer.body, "hi");
}

TEST(Answers, ChunksAreJoinedAndTrailersKept) {
  const Sent sent = AnswerOf(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum:  5\r\nX-End: y\r\n\r\n");
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_TRUE(sent.answer.chunked);
  EXPECT_EQ(sent.answer.body, "abcde");
  EXPECT_EQ(sent.answer.trailers, "X-Sum:  5\r\nX-End: y\r\n");
  EXPECT_THAT(sent.answer.fields, ElementsAre(Field{"Transfer-Encoding", "chunked"}));
}

TEST(Answers, MayEndTheirTrailersWithABareLineFeed) {
  const Sent sent =
      AnswerOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\n");
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.body, "a");
  EXPECT_EQ(sent.answer.trailers, "");
}

TEST(Answers, ToHeadHaveNoBodyWhateverTheirLength) {
  const Sent sent = AnswerOf("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "HEAD");
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.body, "");
}

TEST(Answers, OfStatus204And304HaveNoBody) {
  EXPECT_TRUE(AnswerOf("HTTP/1.1 204 No Content\r\n\r\n").answered);
  EXPECT_TRUE(AnswerOf("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n").answered);
}

TEST(Answers, InterimOnesComeBeforeTheOneThatCounts) {
  const Sent sent = AnswerOf(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + Ok("end"));
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.body, "end");
  ASSERT_EQ(sent.interim.size(), 2U);
  EXPECT_EQ(sent.interim[0].status, 103);
  EXPECT_THAT(sent.interim[0].fields, ElementsAre(Field{"Link", "</a>"}));
  EXPECT_EQ(sent.interim[1].status, 102);
}

TEST(Answers, WithoutLengthEndWithTheConnection) {
  const Sent sent = AnswerThenClose("HTTP/1.0 200 OK\r\n\r\nall of it");
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.version_minor, 0);
  EXPECT_EQ(sent.answer.body, "all of it");
}

TEST(Answers, CutBeforeTheHeadAreNone) {
  const Sent sent = AnswerThenClose("");
  EXPECT_FALSE(sent.answered);
  EXPECT_TRUE(sent.sent);
  EXPECT_EQ(sent.kind, Failure::kCut);
  EXPECT_THAT(sent.failure, HasSubstr("before the answer"));
}

TEST(Answers, CutInTheHeadAreNone) {
  const Sent sent = AnswerThenClose("HTTP/1.1 200 OK\r\nContent-Le");
  EXPECT_EQ(sent.kind, Failure::kCut);
  EXPECT_THAT(sent.failure, HasSubstr("in the answer's head"));
}

TEST(Answers, CutInTheBodyAreNone) {
  const Sent sent = AnswerThenClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_FALSE(sent.answered);
  EXPECT_EQ(sent.kind, Failure::kCut);
  EXPECT_THAT(sent.failure, HasSubstr("in the answer's body, after 4 bytes"));
}

TEST(Answers, CutInChunksAreNone) {
  const Sent sent =
      AnswerThenClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(sent.kind, Failure::kCut);
}

TEST(Answers, GarbageIsNamedByWhatCame) {
  const Sent sent = AnswerOf("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_FALSE(sent.answered);
  EXPECT_EQ(sent.kind, Failure::kGarbage);
  EXPECT_THAT(sent.failure, HasSubstr("'SSH-2.0-OpenSSH_9.2..'"));
}

TEST(Answers, WithBareLineFeedsAreGarbageAtOnce) {
  EXPECT_EQ(AnswerOf("HTTP/1.1 200 OK\nContent-Length: 0\n\n").kind, Failure::kGarbage);
}

TEST(Answers, WithTwoLengthsAreGarbage) {
  const Sent sent = AnswerOf("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(sent.kind, Failure::kGarbage);
}

TEST(Answers, ThatChangeTheProtocolAreGarbage) {
  const Sent sent = AnswerOf(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(sent.kind, Failure::kGarbage);
  EXPECT_THAT(sent.failure, HasSubstr("changes the protocol"));
}

TEST(Answers, WithoutEndOfHeadAreBounded) {
  const Sent sent = AnswerOf("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x'));
  EXPECT_EQ(sent.kind, Failure::kTooLarge);
  EXPECT_THAT(sent.failure, HasSubstr("its head is larger than 262144 bytes"));
}

TEST(Answers, WithAnAnnouncedBodyBeyondTheLimitAreRefusedAtTheHead) {
  const Sent sent = AnswerOf("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_EQ(sent.kind, Failure::kTooLarge);
}

TEST(Answers, WithInterimOnesWithoutEndAreBounded) {
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "HTTP/1.1 102 Processing\r\n\r\n";
  }
  EXPECT_EQ(AnswerOf(many).kind, Failure::kGarbage);
}

TEST(Answers, MayComeByteByByte) {
  const std::string bytes =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0\r\nT: u\r\n\r\n";
  message::Answer answer;
  std::vector<message::Answer> interim;
  AnswerReader reader;
  reader.Begin(false, answer, interim);
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    ASSERT_EQ(reader.Feed(bytes.substr(i, 1)), AnswerReader::State::kMore) << i;
  }
  ASSERT_EQ(reader.Feed(bytes.substr(bytes.size() - 1)), AnswerReader::State::kDone);
  EXPECT_EQ(answer.body, "abc");
  EXPECT_EQ(answer.trailers, "T: u\r\n");
  EXPECT_THAT(answer.fields, ElementsAre(Field{"X", "y"}, Field{"Transfer-Encoding", "chunked"}));
  EXPECT_EQ(interim.size(), 1U);
}

}  // namespace
}  // namespace trafrec::send
