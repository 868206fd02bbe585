#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"

namespace trafrec::tools {

/// How a server is reached, and as whom.
struct HttpAccess {
  std::string ca_file;           ///< certificates that the server's must lead to; the system's own
  std::string certificate_file;  ///< of the client, for servers that ask for one
  std::string certificate_key_file;
  bool insecure = false;      ///< take any certificate
  std::string authorization;  ///< value of the Authorization field; "" for none. Never shown
  int64_t timeout_ms = 30'000;
};

struct HttpRequest {
  std::string method;
  std::string target;  ///< sent as it is
  std::string user_agent;
  std::string body;  ///< JSON; "" for none
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// Where a server is: "https://es.example:9200/prefix".
struct HttpBase {
  std::string url;   ///< without a path
  std::string path;  ///< "" or "/prefix", before every target
};
/// Refuses what is no http or https URL, and one that holds credentials, a query or a fragment.
Result<HttpBase> ParseHttpBase(const std::string& url);

/// Sends requests, each once and on a connection of its own: a token that went out twice would be a
/// replay. No redirects, no proxies, HTTP/1.1. libcurl stays behind it. One thread.
class HttpClient {
 public:
  static Result<HttpClient> Make(const HttpBase& base, const HttpAccess& access);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Whatever the status; an Error if no whole answer came.
  Result<HttpAnswer> Send(const HttpRequest& request);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Bytes of an answer that are taken: shard statistics of 100,000 shards.
inline constexpr size_t kAnswerBytesMax = size_t{128} << 20;

}  // namespace trafrec::tools
