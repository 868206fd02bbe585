#include "control/message.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "control/limits.h"

namespace trafrec::control {
namespace {

constexpr std::array<std::pair<ErrorCode, const char*>, 9> kCodes = {{
    {ErrorCode::kUsage, "usage"},
    {ErrorCode::kNotFound, "not_found"},
    {ErrorCode::kPermission, "permission"},
    {ErrorCode::kInUse, "in_use"},
    {ErrorCode::kNoSpace, "no_space"},
    {ErrorCode::kIo, "io"},
    {ErrorCode::kCorrupt, "corrupt"},
    {ErrorCode::kUnsupported, "unsupported"},
    {ErrorCode::kInterrupted, "interrupted"},
}};

const char* NameOf(ErrorCode code) {
  for (const auto& [known, name] : kCodes) {
    if (known == code) {
      return name;
    }
  }
  return "io";
}

ErrorCode CodeOf(std::string_view name) {
  for (const auto& [code, known] : kCodes) {
    if (name == known) {
      return code;
    }
  }
  return ErrorCode::kIo;
}

/// Before the parser recurses into it. Brackets in strings count too, which no honest request
/// minds: its texts are filters and names.
bool IsTooDeep(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' || c == '[' ? 1 : 0;
    depth -= c == '}' || c == ']' ? 1 : 0;
    if (depth > limits::kRequestDepth) {
      return true;
    }
  }
  return false;
}

/// What is no UTF-8 is replaced: an answer is never refused for a byte that somebody sent.
std::string Line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<Json> ParseRequest(std::string_view line) {
  Json request = IsTooDeep(line) ? Json() : Json::parse(line, nullptr, false);
  if (!request.is_object()) {
    return Fail(ErrorCode::kUsage, "a request is one JSON object a line, and this is none",
                "docs/control.md has the protocol");
  }
  const int64_t version = NumberOf(request, "v");
  if (version != kProtocol) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the request is of version {}, this process speaks version {}", version,
                            kProtocol),
                "use the trafrec that this process runs from");
  }
  if (TextOf(request, "command").empty()) {
    return Fail(ErrorCode::kUsage, "the request names no command");
  }
  return request;
}

std::string RequestLine(Json request) {
  request["v"] = kProtocol;
  return Line(request);
}

std::string AnswerLine(const Json& fields) {
  Json answer = {{"v", kProtocol}, {"ok", true}};
  answer.update(fields);
  return Line(answer);
}

std::string ErrorLine(const Error& error) {
  return Line(
      {{"v", kProtocol},
       {"ok", false},
       {"error", {{"code", NameOf(error.code)}, {"what", error.what}, {"try", error.remedy}}}});
}

Result<Json> ParseAnswer(std::string_view line) {
  Json answer = Json::parse(line, nullptr, false);
  if (!answer.is_object()) {
    return Fail(ErrorCode::kCorrupt, "the answer is no JSON object",
                "look whether the socket is trafrec's");
  }
  if (const int64_t version = NumberOf(answer, "v"); version != kProtocol) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the running process speaks version {} of the protocol, this trafrec "
                            "version {}",
                            version, kProtocol),
                "use the trafrec that the process runs from");
  }
  if (const auto ok = answer.find("ok"); ok != answer.end() && *ok == true) {
    return answer;
  }
  const Json error = answer.value("error", Json::object());
  return Fail(CodeOf(TextOf(error, "code")), TextOf(error, "what", "the request was refused"),
              TextOf(error, "try"));
}

std::string TextOf(const Json& object, const char* name, const std::string& otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

int64_t NumberOf(const Json& object, const char* name, int64_t otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

double ShareOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

}  // namespace trafrec::control
