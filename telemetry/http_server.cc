// libmicrohttpd, and not the civetweb behind prometheus-cpp's exposer: it takes a socket that is
// bound already (so the error has a name, and rights may be dropped in between), one thread serves
// slow clients beside fast ones where civetweb's few workers are each held by one, and idle clients
// are let go.

#include "telemetry/http_server.h"

#include <microhttpd.h>
#include <unistd.h>

#include <utility>

#include "telemetry/limits.h"

namespace trafrec::telemetry {
namespace {

std::string_view OrEmpty(const char* text) { return text == nullptr ? "" : text; }

MHD_Result Send(MHD_Connection* connection, const HttpAnswer& answer) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) {
    return MHD_NO;
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result OnRequest(void* handler, MHD_Connection* connection, const char* url, const char* method,
                     const char* /*version*/, const char* /*body*/, size_t* body_bytes,
                     void** seen_head) {
  // libmicrohttpd calls once for the head, and may be answered only after that.
  if (*seen_head == nullptr) {
    *seen_head = handler;
    return MHD_YES;
  }
  if (*body_bytes > 0) {
    *body_bytes = 0;
    return MHD_YES;
  }
  if (std::string_view(method) != MHD_HTTP_METHOD_GET &&
      std::string_view(method) != MHD_HTTP_METHOD_HEAD) {
    return Send(connection, {.status = MHD_HTTP_METHOD_NOT_ALLOWED,
                             .body = "only GET and HEAD are answered here\n"});
  }
  const HttpRequest request{
      .path = url,
      .accept =
          OrEmpty(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT)),
      .format = OrEmpty(MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "format"))};
  return Send(connection, (*static_cast<const HttpHandler*>(handler))(request));
}

}  // namespace

struct HttpServer::Impl {
  HttpHandler handler;
  MHD_Daemon* daemon = nullptr;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  if (impl_->daemon != nullptr) {
    MHD_stop_daemon(impl_->daemon);  // closes the socket too
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(ListenSocket socket, HttpHandler handler) {
  auto impl = std::make_unique<Impl>();
  impl->handler = std::move(handler);
  const int fd = socket.Release();
  impl->daemon = MHD_start_daemon(
      MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, nullptr, nullptr, OnRequest, &impl->handler,
      MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, limits::kConnections,
      MHD_OPTION_CONNECTION_TIMEOUT, limits::kSilentSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      limits::kConnectionBytes, MHD_OPTION_END);
  if (impl->daemon == nullptr) {
    close(fd);
    return Fail(ErrorCode::kIo, "cannot serve on " + socket.address() + ": no thread for it",
                "look at the limits of this process (ulimit -u, ulimit -v)");
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace trafrec::telemetry
