#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <future>
#include <string_view>
#include <utility>

#include "tests/replay/send/client.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::send {
namespace {

using testing::HasSubstr;

std::string LocalUrl(uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

TEST(Failures, NameTargetReasonAndRemedy) {
  const ClosedPort port;
  Client client(TargetAt(LocalUrl(port.port())));
  const Sent sent = client.Send(Get("/"));
  EXPECT_EQ(sent.failure, "target 'main' (" + LocalUrl(port.port()) +
                              ") cannot be reached: Connection refused; check host and port, and "
                              "that the server runs");
  EXPECT_EQ(sent.kind, Failure::kConnect);
  EXPECT_FALSE(sent.sent);
  EXPECT_EQ(sent.head, "");
  EXPECT_EQ(sent.request, Get("/"));
}

TEST(Failures, ToConnectReachAllThatWait) {
  const ClosedPort port;
  Target target = TargetAt(LocalUrl(port.port()));
  target.connections_max = 4;
  Client client(target);
  for (const Sent& sent : client.SendAll(std::vector<message::Request>(100, Get("/")))) {
    ASSERT_EQ(sent.kind, Failure::kConnect);
  }
  EXPECT_EQ(client.sender().load().waiting, 0U);
}

/// A target that is killed takes no connection any more before all of its connections have ended.
TEST(Failures, ToConnectWhileAnotherIsOpenLeaveNobodyWaitingForEver) {
  asio::io_context kernel;
  asio::ip::tcp::acceptor listener(kernel, {asio::ip::address_v4::loopback(), 0});
  Target target = TargetAt(LocalUrl(listener.local_endpoint().port()));
  target.connections_max = 2;
  Client client(target);
  size_t over = 0;
  Sent first;
  Sent second;
  client.sender().Send(0, Get("/first"), [&](Sent& sent) { ++over, first = std::move(sent); });
  client.RunUntil([&] { return client.sender().load().in_flight == 1; });
  asio::ip::tcp::socket peer = listener.accept();
  listener.close();
  client.sender().Send(0, Get("/second"), [&](Sent& sent) { ++over, second = std::move(sent); });
  client.RunUntil([&] { return client.sender().load().connections == 1; });
  asio::write(peer, asio::buffer(std::string_view(
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")));
  peer.close();
  client.RunUntil([&] { return over == 2; });
  EXPECT_TRUE(first.answered);
  EXPECT_EQ(second.kind, Failure::kConnect);
}

TEST(Failures, OfANameSaySo) {
  Client client(TargetAt("http://empty..label"));
  const Sent sent = client.Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kName);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure, HasSubstr("was not found by its name"));
}

/// Listens, but takes no connection: its queue is full, and the kernel drops what comes.
class FullPort {
 public:
  FullPort() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(listener_.get(), Plain(), size), 0);
    EXPECT_EQ(getsockname(listener_.get(), Plain(), &size), 0);
    EXPECT_EQ(listen(listener_.get(), 0), 0);
    for (FileDescriptor& filler : fillers_) {
      filler = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      static_cast<void>(connect(filler.get(), Plain(), size));
    }
  }
  std::string url() const { return LocalUrl(ntohs(address_.sin_port)); }

 private:
  sockaddr* Plain() { return reinterpret_cast<sockaddr*>(&address_); }

  FileDescriptor listener_;
  sockaddr_in address_{};
  std::array<FileDescriptor, 4> fillers_;
};

TEST(Failures, ToOpenInTimeLeaveTheRequestUnsent) {
  const FullPort port;
  Target target = TargetAt(port.url());
  target.connect_timeout_ms = 50;
  Client client(target);
  const Sent sent = client.Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kConnectTimeout);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure, HasSubstr("did not open a connection in time: 0.05 s passed"));
}

TEST(Failures, ToAnswerInTimeLeaveTheRequestSent) {
  ScriptedServer server({[](Peer& peer) { peer.AwaitClose(); }});
  Target target = TargetAt(server.url());
  target.answer_timeout_ms = 50;
  Client client(target);
  const Sent sent = client.Send(Get("/"));
  EXPECT_EQ(sent.kind, Failure::kAnswerTimeout);
  EXPECT_TRUE(sent.sent);
  EXPECT_THAT(sent.failure, HasSubstr("gave no whole answer in time: 0.05 s passed"));
}

TEST(Failures, ToEndAnAnswerInTimeAreTimeoutsToo) {
  std::promise<void> over;
  ScriptedServer server({[&](Peer& peer) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    auto done = over.get_future();
    while (done.wait_for(std::chrono::milliseconds(1)) == std::future_status::timeout) {
      peer.Write("1\r\nx\r\n");
    }
  }});
  Target target = TargetAt(server.url());
  target.answer_timeout_ms = 50;
  Client client(target);
  EXPECT_EQ(client.Send(Get("/")).kind, Failure::kAnswerTimeout);
  over.set_value();
}

TEST(Failures, OfARequestThatWouldBecomeTwoAreFoundBeforeItIsSent) {
  ScriptedServer server({ScriptedServer::Answering(Ok("x"))});
  Client client(TargetAt(server.url()));
  message::Request request = Get("/");
  request.fields.push_back({"X", "a\r\n\r\nGET /two HTTP/1.1"});
  const Sent sent = client.Send(std::move(request));
  EXPECT_EQ(sent.kind, Failure::kUnsendable);
  EXPECT_FALSE(sent.sent);
  EXPECT_THAT(sent.failure, HasSubstr("a field holds a line end"));
}

TEST(Failures, LeaveNothingOfAnEarlierAnswer) {
  ScriptedServer server({[](Peer& peer) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 103 Early Hints\r\n\r\n" + Ok("earlier"));
    peer.ReadRequest();
  }});
  Client client(TargetAt(server.url()));
  // What Done leaves is used again.
  std::vector<Sent> copies;
  const auto copy = [&](Sent& sent) { copies.push_back(sent); };
  client.sender().Send(0, Get("/"), copy);
  client.RunUntil([&] { return copies.size() == 1; });
  client.sender().Send(0, Get("/"), copy);
  client.RunUntil([&] { return copies.size() == 2; });
  ASSERT_EQ(copies[0].answer.body, "earlier");
  EXPECT_EQ(copies[1].kind, Failure::kCut);
  EXPECT_EQ(copies[1].answer.status, 0);
  EXPECT_THAT(copies[1].answer.fields, testing::IsEmpty());
  EXPECT_THAT(copies[1].interim, testing::IsEmpty());
}

TEST(Failures, OfCancelledRequestsTellWhetherTheyWereSent) {
  ScriptedServer server({[](Peer& peer) { peer.AwaitClose(); }});
  Target target = TargetAt(server.url());
  target.connections_max = 1;
  Client client(target);
  std::vector<bool> sent;
  const auto note = [&](Sent& one) {
    EXPECT_EQ(one.kind, Failure::kCancelled);
    sent.push_back(one.sent);
  };
  const uint64_t carried = client.sender().Send(0, Get("/"), note);
  const uint64_t waiting = client.sender().Send(0, Get("/"), note);
  client.RunUntil([&] { return client.sender().load().in_flight == 1; });
  EXPECT_TRUE(client.sender().Cancel(waiting));
  EXPECT_TRUE(client.sender().Cancel(carried));
  EXPECT_FALSE(client.sender().Cancel(carried));
  client.RunUntil([&] { return sent.size() == 2; });
  EXPECT_THAT(sent, testing::ElementsAre(false, true));
}

TEST(Failures, AreReportedForAllThatCloseGivesUp) {
  ScriptedServer server({[](Peer& peer) { peer.AwaitClose(); }});
  Target target = TargetAt(server.url());
  target.connections_max = 2;
  Client client(target);
  size_t cancelled = 0;
  const auto count = [&](Sent& one) { cancelled += one.kind == Failure::kCancelled ? 1 : 0; };
  for (int i = 0; i < 5; ++i) {
    client.sender().Send(0, Get("/"), count);
  }
  client.RunUntil([&] { return client.sender().load().in_flight == 2; });
  client.sender().Close();
  client.sender().Send(0, Get("/"), count);
  EXPECT_EQ(cancelled, 0U);
  client.RunUntil([&] { return cancelled == 6; });
  EXPECT_EQ(client.sender().load().connections, 0U);
}

std::string RefusalOf(const Target& target) {
  asio::io_context loop;
  const auto sender = Sender::Make(loop, {target});
  return sender ? "" : sender.error().what;
}

TEST(Failures, OfTargetsAreFoundAtTheStart) {
  EXPECT_EQ(RefusalOf(TargetAt("ftp://host")),
            "target 'main': 'ftp://host' is not a URL of http or https");
  Target target = TargetAt("http://host");
  target.connections_max = 0;
  EXPECT_THAT(RefusalOf(target), HasSubstr("no connection"));
  target = TargetAt("http://host");
  target.answer_timeout_ms = 0;
  EXPECT_THAT(RefusalOf(target), HasSubstr("in no time"));
}

}  // namespace
}  // namespace trafrec::send
