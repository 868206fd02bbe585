#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "tests/replay/send/certificates.h"

struct ssl_st;
struct ssl_ctx_st;

namespace trafrec::send {

/// The server's side of TLS: a certificate, and perhaps the demand for the client's.
class ServerTls {
 public:
  /// `client_authority` is the file with who must have signed the client's certificate; "": none is
  /// asked for.
  explicit ServerTls(const Certificate& certificate, const std::string& client_authority = "");
  void OnlyTls12();
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// The server's side of one connection, in the hands of a script.
class Peer {
 public:
  explicit Peer(FileDescriptor socket) : socket_(std::move(socket)) {}

  /// The handshake. False if it failed.
  bool Secure(const ServerTls& tls);
  /// Ends the session in order, which leaving does not.
  void EndSession();

  /// Head and body as they came; "" once the client has closed. Knows Content-Length and chunks.
  std::string ReadRequest();
  /// Until an empty line.
  std::string ReadHead();
  /// So many bytes.
  std::string ReadBytes(size_t count);
  /// Until the client closes.
  void AwaitClose();
  void Write(std::string_view bytes);
  /// Ends the connection with RST instead of FIN.
  void Reset();

 private:
  bool Fill();

  struct Free {
    void operator()(ssl_st* session) const;
  };
  FileDescriptor socket_;
  std::unique_ptr<ssl_st, Free> session_;
  std::string pending_;
};

/// Listens on a port of 127.0.0.1 and runs a script for each connection, each in a thread of its
/// own: the first for the first connection, and so on; the last one for all others.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  /// With `tls`, which outlives it, a script begins after the handshake.
  explicit ScriptedServer(std::vector<Script> scripts, const ServerTls* tls = nullptr);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  /// Waits for the scripts; the clients' connections must be closed.
  ~ScriptedServer();

  uint16_t port() const { return port_; }
  std::string url() const {
    return (tls_ == nullptr ? "http://127.0.0.1:" : "https://127.0.0.1:") + std::to_string(port_);
  }
  size_t connections() const { return connections_; }

  /// For each request of a connection, one after the other, what this gives.
  static Script Answering(std::function<std::string(const std::string& request)> answer);
  static Script Answering(std::string answer);

 private:
  void Accept();

  std::vector<Script> scripts_;
  const ServerTls* tls_;
  uint16_t port_ = 0;
  FileDescriptor listener_;
  std::atomic<size_t> connections_ = 0;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

/// A port of 127.0.0.1 where nobody listens, as long as this lives.
class ClosedPort {
 public:
  ClosedPort();
  uint16_t port() const { return port_; }

 private:
  uint16_t port_ = 0;
  FileDescriptor bound_;
};

}  // namespace trafrec::send
