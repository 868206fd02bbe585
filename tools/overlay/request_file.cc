#include "tools/overlay/request_file.h"

#include <fmt/format.h>

#include <sstream>

#include "replay/recorded/message_head.h"
#include "tools/overlay/header_lines.h"
#include "tools/overlay/input_file.h"
#include "tools/overlay/json_input.h"

namespace trafrec::tools {
namespace {

std::unexpected<Error> NoRequest(const std::string& path, std::string_view why) {
  return Fail(ErrorCode::kUsage, fmt::format("{} is no request: {}", path, why),
              "it begins with a line like: PUT /index/_doc/1 HTTP/1.1");
}

Status CheckStart(const std::string& path, const store::Insertion& request) {
  if (!IsToken(request.method)) {
    return NoRequest(path, "it has no method");
  }
  if (request.target.empty() || request.target.find_first_of(" \t\r\n") != std::string::npos) {
    return NoRequest(path, "it has no target, or one with blanks");
  }
  return {};
}

/// Where the body begins: behind the first empty line.
size_t BodyAt(std::string_view bytes) {
  const size_t crlf = bytes.find("\r\n\r\n");
  const size_t lf = bytes.find("\n\n");
  if (crlf != std::string_view::npos && crlf < lf) {
    return crlf + 4;
  }
  return lf == std::string_view::npos ? bytes.size() : lf + 2;
}

Result<store::Insertion> RequestOnTheWire(const std::string& path, std::string_view bytes) {
  const size_t body_at = BodyAt(bytes);
  const recorded::MessageHead head = recorded::ParseHead(bytes.substr(0, body_at));
  store::Insertion request{.body = std::string(bytes.substr(body_at))};
  std::istringstream start{std::string(head.start_line)};
  std::string version;
  start >> request.method >> request.target >> version;
  TRY(CheckStart(path, request));
  if (!version.empty() && !version.starts_with("HTTP/1.")) {
    return NoRequest(path, "its first line ends with something else than HTTP/1.1");
  }
  for (const recorded::HeaderField& field : head.fields) {
    if (!field.value) {
      return NoRequest(path, "a line of its head has no colon");
    }
    if (recorded::SameFieldName(field.name, "Transfer-Encoding")) {
      return NoRequest(path, "its body has a transfer coding, and must be given without");
    }
    TRY(AppendHeader(request.fields, field.name, *field.value));
  }
  return request;
}

Result<store::Insertion> RequestInJson(const std::string& path, std::string_view line) {
  TRY_ASSIGN(const JsonInput object, JsonInput::Parse(line));
  if (!object.Has("request")) {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("a line of {} has no \"request\": its headers and body stand there", path),
        R"(as in: {"method":"PUT","target":"/a/_doc/1","request":{"headers":[],"body":"{}"}})");
  }
  TRY_ASSIGN(const JsonInput message, object.Object("request"));
  store::Insertion request;
  TRY_ASSIGN(request.method, object.NeededBytes("method"));
  TRY_ASSIGN(request.target, object.NeededBytes("target"));
  TRY(CheckStart(path, request));
  TRY_ASSIGN(const auto headers, message.Pairs("headers"));
  for (const auto& [name, value] : headers) {
    // Bodies in NDJSON are without transfer coding, and what they have of it is made anew.
    if (!recorded::SameFieldName(name, "Transfer-Encoding")) {
      TRY(AppendHeader(request.fields, name, value));
    }
  }
  TRY_ASSIGN(const auto body, message.Body());
  request.body = body.value_or("");
  return request;
}

}  // namespace

Result<std::vector<store::Insertion>> ReadRequests(const std::string& path) {
  TRY_ASSIGN(const std::string bytes, ReadInput(path));
  std::vector<store::Insertion> requests;
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    return NoRequest(path, "it is empty");
  }
  if (bytes[first] != '{') {
    TRY_ASSIGN(store::Insertion request, RequestOnTheWire(path, bytes));
    requests.push_back(std::move(request));
    return requests;
  }
  std::istringstream lines(bytes);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) {
      TRY_ASSIGN(store::Insertion request, RequestInJson(path, line));
      requests.push_back(std::move(request));
    }
  }
  return requests;
}

}  // namespace trafrec::tools
