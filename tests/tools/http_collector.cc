#include "tests/tools/http_collector.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "replay/recorded/message_head.h"

namespace trafrec::test_support {
namespace {

void Send(int socket, std::string_view text) {
  CHECK(send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

bool Receive(int socket, std::string& bytes) {
  std::array<char, 65'536> buffer{};
  const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    return false;
  }
  bytes.append(buffer.data(), static_cast<size_t>(got));
  return true;
}

/// Where the body ends, or npos while bytes are missing. Chunked bodies of curl have no trailers.
bool IsWholeRequest(const std::string& request, size_t head_bytes) {
  const recorded::MessageHead head =
      recorded::ParseHead(std::string_view(request).substr(0, head_bytes));
  if (!recorded::FieldValue(head.fields, "Transfer-Encoding").empty()) {
    return request.size() > head_bytes && request.ends_with("0\r\n\r\n");
  }
  const std::string length(recorded::FieldValue(head.fields, "Content-Length"));
  return request.size() >= head_bytes + std::strtoull(length.c_str(), nullptr, 10);
}

std::string ReceiveRequest(int socket) {
  std::string request;
  size_t head_bytes = 0;
  while (Receive(socket, request)) {
    if (head_bytes == 0) {
      const size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) {
        continue;
      }
      head_bytes = end + 4;
      if (request.find("100-continue") < head_bytes) {
        Send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
      }
    }
    if (IsWholeRequest(request, head_bytes)) {
      break;
    }
  }
  return request;
}

}  // namespace

HttpCollector::HttpCollector(std::string answer)
    : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  CHECK(listen(listener_, 64) == 0);
  socklen_t length = sizeof(address);
  CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

HttpCollector::~HttpCollector() {
  if (thread_.joinable()) {
    Finish();
  }
}

void HttpCollector::Serve() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      return;
    }
    requests_.push_back(ReceiveRequest(connection));
    send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    close(connection);
  }
}

std::vector<std::string> HttpCollector::Finish() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  return std::move(requests_);
}

}  // namespace trafrec::test_support
