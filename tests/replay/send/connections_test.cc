#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <latch>
#include <random>

#include "replay/send/limits.h"
#include "tests/replay/send/client.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::send {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// "/42" of "GET /42 HTTP/1.1…"
std::string TargetIn(const std::string& request) {
  const size_t begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

TEST(Connections, ServeOneExchangeAfterTheOther) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  const Sent first = client.Send(Get("/1"));
  const Sent second = client.Send(Get("/2"));
  EXPECT_EQ(first.connection.number, 1U);
  EXPECT_EQ(second.connection.number, 1U);
  EXPECT_EQ(first.connection.exchanges, 1U);
  EXPECT_EQ(second.connection.exchanges, 2U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Connections, EndWhereTheAnswerSaysClose) {
  ScriptedServer server({ScriptedServer::Answering(
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")});
  Client client(TargetAt(server.url()));
  EXPECT_EQ(client.Send(Get("/")).connection.number, 1U);
  EXPECT_EQ(client.Send(Get("/")).connection.number, 2U);
}

TEST(Connections, WithBytesBehindTheAnswerAreNotUsedAgain) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x") + "HTTP/1.1 200 OK\r\n")});
  Client client(TargetAt(server.url()));
  EXPECT_TRUE(client.Send(Get("/")).answered);
  EXPECT_EQ(client.Send(Get("/")).connection.number, 2U);
}

TEST(Connections, SayWhereTheyLead) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  const ConnectionFacts facts = client.Send(Get("/")).connection;
  EXPECT_EQ(facts.peer.ToString(), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_THAT(facts.local.ToString(), StartsWith("127.0.0.1:"));
  EXPECT_GT(facts.connect_ns, 0);
  EXPECT_GT(facts.round_trip_ns, 0);
  EXPECT_LE(facts.round_trip_ns, facts.connect_ns);
  EXPECT_GT(facts.opened_at, 0);
  EXPECT_EQ(facts.tls_version, "");
}

TEST(Connections, AreNoMoreThanAllowedAndTheRestWaits) {
  std::latch both_have_one(2);
  ScriptedServer server({[&](Peer& peer) {
    peer.ReadRequest();
    both_have_one.arrive_and_wait();
    peer.Write(Ok("x"));
    ScriptedServer::Answering(Ok("x"))(peer);
  }});
  Target target = TargetAt(server.url());
  target.connections_max = 2;
  Client client(target);
  const std::vector<Sent> all = client.SendAll(std::vector<message::Request>(10, Get("/")));
  EXPECT_EQ(server.connections(), 2U);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(all[i].answered) << all[i].failure;
    EXPECT_EQ(all[i].timing.exhausted_ns > 0, i >= 2) << i;
  }
}

TEST(Connections, GiveEachOfAThousandRequestsItsOwnAnswer) {
  ScriptedServer server({ScriptedServer::Answering([](const std::string& request) {
    const std::string target = TargetIn(request);
    return Ok(target + std::string(std::hash<std::string>()(target) % 50'000, 'x'));
  })});
  Target target = TargetAt(server.url());
  target.connections_max = 8;
  Client client(target);
  std::vector<message::Request> requests;
  for (int i = 0; i < 1'000; ++i) {
    requests.push_back(Get('/' + std::to_string(i)));
  }
  std::ranges::shuffle(requests, std::mt19937(7));
  for (const Sent& sent : client.SendAll(requests)) {
    ASSERT_TRUE(sent.answered) << sent.failure;
    ASSERT_EQ(sent.answer.body.substr(0, sent.answer.body.find('x')), sent.request.target);
  }
  EXPECT_EQ(server.connections(), 8U);
}

TEST(Connections, MayCarryRequestsThatAreSentFromWithinDone) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  int answers = 0;
  std::function<void()> send = [&] {
    client.sender().Send(0, Get("/"), [&](Sent& sent) {
      answers += sent.answered ? 1 : 0;
      if (answers < 100) {
        send();
      }
    });
  };
  send();
  client.RunUntil([&] { return answers == 100; });
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Connections, ClosedWhileIdleCostNoRequest) {
  ScriptedServer server({[](Peer& peer) {
                           peer.ReadRequest();
                           peer.Write(Ok("1"));
                         },
                         ScriptedServer::Answering(Ok("2"))});
  Client client(TargetAt(server.url()));
  EXPECT_EQ(client.Send(Get("/")).answer.body, "1");
  client.RunUntil([&] { return client.sender().load().connections == 0; });
  EXPECT_EQ(client.Send(Get("/")).answer.body, "2");
}

TEST(Connections, ClosedWhileTheLoopWasElsewhereCostNoRequest) {
  std::latch closed(1);
  ScriptedServer server({[&](Peer& peer) {
                           peer.ReadRequest();
                           peer.Write(Ok("1"));
                           {
                             const Peer ends(std::move(peer));
                           }
                           closed.count_down();
                         },
                         ScriptedServer::Answering(Ok("2"))});
  Client client(TargetAt(server.url()));
  EXPECT_EQ(client.Send(Get("/")).answer.body, "1");
  closed.wait();
  const auto looked_at =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(2 * limits::kLookAfterIdleNs);
  while (std::chrono::steady_clock::now() < looked_at) {
  }
  EXPECT_EQ(client.sender().load().idle, 1U);
  EXPECT_EQ(client.Send(Get("/")).answer.body, "2");
}

TEST(Connections, ResetAfterTheRequestMayHaveCarriedIt) {
  ScriptedServer server({[](Peer& peer) {
    peer.ReadRequest();
    peer.Reset();
  }});
  Client client(TargetAt(server.url()));
  const Sent sent = client.Send(Get("/"));
  EXPECT_FALSE(sent.answered);
  EXPECT_TRUE(sent.sent);
  EXPECT_EQ(sent.kind, Failure::kCut);
  EXPECT_THAT(sent.failure, HasSubstr("Connection reset by peer"));
  EXPECT_EQ(server.connections(), 1U);
}

TEST(Connections, CarryLargeBodiesBothWays) {
  const std::string body(20'000'000, 'b');
  ScriptedServer server({ScriptedServer::Answering([](const std::string& request) {
    return Ok(request.substr(request.find("\r\n\r\n") + 4));
  })});
  Client client(TargetAt(server.url()));
  const Sent sent = client.Send(Post("/", body));
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.body, body);
}

TEST(Connections, TakeAnAnswerThatComesBeforeTheRequestsEnd) {
  std::promise<void> answered;
  ScriptedServer server({[&](Peer& peer) {
    peer.ReadHead();
    peer.Write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    answered.get_future().wait();  // nothing is read until then: the request cannot end before
    peer.AwaitClose();
  }});
  Client client(TargetAt(server.url()));
  // More than what socket buffers hold, unread.
  const Sent sent = client.Send(Post("/", std::string(50'000'000, 'b')));
  answered.set_value();
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(sent.answer.status, 413);
  EXPECT_EQ(client.sender().load().connections, 0U);
}

TEST(Connections, TellTheOrderOfTimes) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  client.Send(Get("/"));
  const Timing timing = client.Send(Get("/")).timing;
  EXPECT_GT(timing.handed_over, 0);
  EXPECT_LE(timing.handed_over, timing.first_written);
  EXPECT_LE(timing.first_written, timing.last_written);
  EXPECT_LE(timing.last_written, timing.first_read);
  EXPECT_LE(timing.first_read, timing.last_read);
  EXPECT_EQ(timing.exhausted_ns, 0);
  EXPECT_GT(timing.wall, 0);
}

message::Request Expecting(const std::string& body) {
  message::Request request = Post("/", body);
  request.fields.push_back({"Expect", "100-continue"});
  return request;
}

TEST(Expect, HoldsTheBodyBackUntilItIsAskedFor) {
  std::string came_first;
  ScriptedServer server({[&](Peer& peer) {
    peer.ReadHead();
    peer.Write("HTTP/1.1 100 Continue\r\n\r\n");
    came_first = peer.ReadBytes(4);
    peer.Write(Ok("x"));
    peer.AwaitClose();
  }});
  Client client(TargetAt(server.url()));
  const Sent sent = client.Send(Expecting("body"));
  ASSERT_TRUE(sent.answered) << sent.failure;
  EXPECT_EQ(came_first, "body");
  EXPECT_EQ(sent.interim.size(), 1U);
  EXPECT_LE(sent.timing.first_read, sent.timing.last_written);
}

TEST(Expect, SendsNoBodyWhereTheAnswerIsFinal) {
  std::string came_later;
  {
    ScriptedServer server({[&](Peer& peer) {
      peer.ReadHead();
      peer.Write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
      came_later = peer.ReadBytes(4);
    }});
    Client client(TargetAt(server.url()));
    EXPECT_EQ(client.Send(Expecting("body")).answer.status, 417);
  }
  EXPECT_EQ(came_later, "");
}

TEST(Expect, SendsTheBodyUnaskedAfterAWhile) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  EXPECT_TRUE(client.Send(Expecting("body")).answered);
}

}  // namespace
}  // namespace trafrec::send
