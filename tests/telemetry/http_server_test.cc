#include "telemetry/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>
#include <vector>

#include "telemetry/limits.h"
#include "tests/telemetry/client.h"

namespace trafrec::telemetry {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A server that answers with what it was asked.
class Server : public testing::Test {
 protected:
  void SetUp() override {
    auto socket = ListenSocket::Open("0");
    ASSERT_TRUE(socket) << socket.error().what;
    address_ = socket->address();
    auto server = HttpServer::Start(std::move(*socket), [this](const HttpRequest& request) {
      ++asked_;
      std::string body = std::string(request.path) + "|" + std::string(request.accept) + "|" +
                         std::string(request.format) + "\n";
      return HttpAnswer{
          .status = request.path == "/no" ? 503U : 200U,
          .body = request.path == "/large" ? std::string(size_t{16} << 20, 'x') : body};
    });
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
  }

  std::string address_;
  std::atomic<int> asked_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Server, GivesPathAcceptAndFormatToTheHandler) {
  EXPECT_THAT(Get(address_, "/healthz?format=json", "Accept: text/x\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("no-store"),
                    EndsWith("\r\n\r\n/healthz|text/x|json\n")));
}

TEST_F(Server, SendsTheHandlersStatus) {
  EXPECT_THAT(Get(address_, "/no"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(Server, HeadHasNoBody) {
  EXPECT_THAT(Ask(address_, "HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 5\r\n"),
                    EndsWith("\r\n\r\n")));
}

TEST_F(Server, OtherMethodsAreRefusedWithTheirBodies) {
  const std::string answer = Ask(address_,
                                 "POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                 "Content-Length: 5\r\n\r\nhello");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD\r\n")));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Server, GarbageIsRefusedAndTheNextOneServed) {
  const std::vector<std::string> garbage = {
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "GET\r\n\r\n",
      "GET /" + std::string(limits::kConnectionBytes, 'a') + " HTTP/1.1\r\n\r\n"};
  for (const std::string& request : garbage) {
    EXPECT_THAT(Ask(address_, request), Not(HasSubstr(" 200 "))) << request.substr(0, 40);
  }
  EXPECT_THAT(Get(address_, "/a"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Server, ClientsThatDoNotReadHoldUpNobody) {
  std::vector<FileDescriptor> slow;
  for (int n = 0; n < 4; ++n) {
    slow.push_back(Connect(address_));
    const std::string request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_GT(send(slow.back().get(), request.data(), request.size(), MSG_NOSIGNAL), 0);
  }
  EXPECT_THAT(Get(address_, "/a"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Server, MoreClientsThanConnectionsAreAllServedInTheEnd) {
  std::vector<std::jthread> clients;
  std::atomic<int> served = 0;
  constexpr int kClients = 4 * limits::kConnections;
  for (int n = 0; n < kClients; ++n) {
    clients.emplace_back([&] {
      if (Get(address_, "/a").starts_with("HTTP/1.1 200 OK\r\n")) {
        ++served;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(served, kClients);
}

}  // namespace
}  // namespace trafrec::telemetry
