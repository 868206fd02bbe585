#include "tests/replay/send/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace trafrec::send {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

FileDescriptor BoundSocket(uint16_t& port) {
  FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  CHECK(bind(fd.get(), plain, size) == 0);
  CHECK(getsockname(fd.get(), plain, &size) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

void ServerTls::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

ServerTls::ServerTls(const Certificate& certificate, const std::string& client_authority)
    : context_(SSL_CTX_new(TLS_server_method())) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL.
  CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  SSL_CTX* const context = context_.get();
  CHECK(SSL_CTX_use_certificate_chain_file(context, certificate.file().c_str()) == 1);
  CHECK(SSL_CTX_use_PrivateKey_file(context, certificate.key_file().c_str(), SSL_FILETYPE_PEM) ==
        1);
  if (!client_authority.empty()) {
    CHECK(SSL_CTX_load_verify_file(context, client_authority.c_str()) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
}

void ServerTls::OnlyTls12() { SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION); }

void Peer::Free::operator()(SSL* session) const { SSL_free(session); }

bool Peer::Secure(const ServerTls& tls) {
  session_.reset(SSL_new(tls.context()));
  CHECK(SSL_set_fd(session_.get(), socket_.get()) == 1);
  return SSL_accept(session_.get()) == 1;
}

void Peer::EndSession() { SSL_shutdown(session_.get()); }

bool Peer::Fill() {
  std::array<char, 16'384> piece{};
  const ssize_t got = session_ == nullptr
                          ? recv(socket_.get(), piece.data(), piece.size(), 0)
                          : SSL_read(session_.get(), piece.data(), static_cast<int>(piece.size()));
  if (got > 0) {
    pending_.append(piece.data(), static_cast<size_t>(got));
  }
  return got > 0;
}

std::string Peer::ReadBytes(size_t count) {
  while (pending_.size() < count && Fill()) {
  }
  count = std::min(count, pending_.size());
  std::string bytes = pending_.substr(0, count);
  pending_.erase(0, count);
  return bytes;
}

std::string Peer::ReadHead() {
  while (pending_.find(kHeadEnd) == std::string::npos) {
    if (!Fill()) {
      return "";
    }
  }
  return ReadBytes(pending_.find(kHeadEnd) + kHeadEnd.size());
}

std::string Peer::ReadRequest() {
  std::string request = ReadHead();
  const std::string length = "Content-Length: ";
  if (const size_t at = request.find(length); at != std::string::npos) {
    request += ReadBytes(std::strtoul(request.c_str() + at + length.size(), nullptr, 10));
  } else if (request.find("chunked") != std::string::npos) {
    while (!request.ends_with("\r\n0\r\n\r\n") && pending_.find("\r\n0\r\n") == std::string::npos &&
           Fill()) {
    }
    request += ReadBytes(pending_.find(kHeadEnd, pending_.find("\r\n0\r\n")) + kHeadEnd.size());
  }
  return request;
}

void Peer::AwaitClose() {
  while (Fill()) {
    pending_.clear();
  }
}

void Peer::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        session_ == nullptr
            ? ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)
            : SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (written <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void Peer::Reset() {
  const linger at_once{1, 0};
  CHECK(setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
  socket_ = FileDescriptor();
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts, const ServerTls* tls)
    : scripts_(std::move(scripts)), tls_(tls), listener_(BoundSocket(port_)) {
  CHECK(listen(listener_.get(), SOMAXCONN) == 0);
  accepting_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void ScriptedServer::Accept() {
  while (true) {
    FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.get() < 0) {
      return;
    }
    const Script& script = scripts_[std::min<size_t>(connections_, scripts_.size() - 1)];
    ++connections_;
    threads_.emplace_back([this, &script, peer = Peer(std::move(socket))]() mutable {
      if (tls_ == nullptr || peer.Secure(*tls_)) {
        script(peer);
      }
    });
  }
}

ScriptedServer::Script ScriptedServer::Answering(
    std::function<std::string(const std::string& request)> answer) {
  return [answer = std::move(answer)](Peer& peer) {
    for (std::string request; !(request = peer.ReadRequest()).empty();) {
      peer.Write(answer(request));
    }
  };
}

ScriptedServer::Script ScriptedServer::Answering(std::string answer) {
  return Answering([answer = std::move(answer)](const std::string&) { return answer; });
}

ClosedPort::ClosedPort() : bound_(BoundSocket(port_)) {}

}  // namespace trafrec::send
