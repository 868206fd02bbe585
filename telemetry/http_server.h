#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "telemetry/listen_socket.h"

namespace trafrec::telemetry {

/// A GET, or a HEAD, to which the server gives no body. Views live as long as the call.
inline constexpr const char* kJsonType = "application/json";

struct HttpRequest {
  std::string_view path;
  std::string_view accept;  ///< the field's value
  std::string_view format;  ///< the query's "format"

  bool wants_json() const {
    return format == "json" || (format.empty() && accept.contains(kJsonType));
  }
};

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

/// Answers HTTP on a socket that listens, from one thread of its own, until it is destroyed. Holds
/// at most limits::kConnections connections; who does not send or read is let go. Other methods
/// than GET and HEAD are refused without a call of the handler.
///
/// System calls of that thread: poll, accept4, recvfrom, sendto, sendmsg, setsockopt, fcntl,
/// shutdown, close, read and write on an eventfd; mmap, mprotect and munmap for memory; clone to
/// start it. What the handler calls comes on top.
class HttpServer {
 public:
  /// `handler` is called by the server's thread only.
  static Result<std::unique_ptr<HttpServer>> Start(ListenSocket socket, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace trafrec::telemetry
