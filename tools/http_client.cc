#include "tools/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/check.h"
#include "replay/send/url.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
void StartCurl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(kStarted == CURLE_OK);
}

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  if (body.size() + size * count > kAnswerBytesMax) {
    return 0;
  }
  body.append(data, size * count);
  return size * count;
}

std::unexpected<Error> Failed(CURLcode code, const std::string& url, const char* detail,
                              int64_t timeout_ms) {
  const std::string reason = *detail != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Fail(ErrorCode::kIo, "cannot reach " + url + ": " + reason,
                  "check host and port, and that the server runs");
    case CURLE_OPERATION_TIMEDOUT:
      return Fail(
          ErrorCode::kIo,
          fmt::format("{} gave no answer within {}", url, HumanDuration(timeout_ms * 1'000'000)),
          "wait longer with --timeout, or look at the server");
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
      return Fail(ErrorCode::kIo, url + " closed the connection without an answer",
                  "if it speaks TLS, name it as https://…");
    case CURLE_WRITE_ERROR:
      return Fail(ErrorCode::kIo, url + " answered more than " + HumanBytes(kAnswerBytesMax));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Fail(ErrorCode::kIo, "the certificate of " + url + " is not trusted: " + reason,
                  "name the authority that signed it with --ca FILE");
    case CURLE_SSL_CERTPROBLEM:
      return Fail(ErrorCode::kUsage, "the client's certificate cannot be used: " + reason,
                  "check --cert and --cert-key");
    default:
      return Fail(ErrorCode::kIo, url + ": " + reason);
  }
}

}  // namespace

struct HttpClient::Impl {
  std::unique_ptr<CURL, FreeHandle> handle;
  HttpBase base;
  std::string authorization;
  int64_t timeout_ms;
  std::array<char, CURL_ERROR_SIZE> detail{};
};

Result<HttpBase> ParseHttpBase(const std::string& url) {
  TRY_ASSIGN(const send::Url parsed, send::ParseUrl(url));
  return HttpBase{parsed.Origin(), parsed.path};
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::Make(const HttpBase& base, const HttpAccess& access) {
  StartCurl();
  auto impl = std::make_unique<Impl>();
  impl->handle.reset(curl_easy_init());
  CHECK(impl->handle != nullptr);
  impl->base = base;
  impl->authorization = access.authorization;
  impl->timeout_ms = access.timeout_ms;
  CURL* const handle = impl->handle.get();
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, impl->detail.data());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(access.timeout_ms));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, OnBody);
  if (!access.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, access.ca_file.c_str());
  }
  if (!access.certificate_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_SSLCERT, access.certificate_file.c_str());
  }
  if (!access.certificate_key_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_SSLKEY, access.certificate_key_file.c_str());
  }
  if (access.insecure) {
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  return HttpClient(std::move(impl));
}

Result<HttpAnswer> HttpClient::Send(const HttpRequest& request) {
  CURL* const handle = impl_->handle.get();
  const std::string url = impl_->base.url + request.target;
  std::unique_ptr<curl_slist, FreeList> fields;
  const auto add = [&](const std::string& field) {
    curl_slist* const longer = curl_slist_append(fields.get(), field.c_str());
    CHECK(longer != nullptr);
    static_cast<void>(fields.release());
    fields.reset(longer);
  };
  add("Accept: application/json");
  add("Expect:");  // a body of some bytes need not be asked for
  if (!impl_->authorization.empty()) {
    add("Authorization: " + impl_->authorization);
  }
  if (!request.body.empty()) {
    add("Content-Type: application/json");
  }
  HttpAnswer answer;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(handle, CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
  if (!request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, request.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields.get());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  impl_->detail[0] = '\0';
  const CURLcode code = curl_easy_perform(handle);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) {
    return Failed(code, impl_->base.url, impl_->detail.data(), impl_->timeout_ms);
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace trafrec::tools
