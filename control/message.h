#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

// What goes over the socket: one JSON object a line, each way. docs/control.md has the fields.

namespace trafrec::control {

using Json = nlohmann::ordered_json;

/// `v` of requests and answers. The other side's greater one is refused by name.
inline constexpr int kProtocol = 1;

/// A request without its line end: an object with `v` and `command`. An Error says what it lacks.
Result<Json> ParseRequest(std::string_view line);
/// With the line end.
std::string RequestLine(Json request);

/// `fields` as an answer, with the line end.
std::string AnswerLine(const Json& fields);
std::string ErrorLine(const Error& error);
/// The fields of an answer, or the Error that it carries.
Result<Json> ParseAnswer(std::string_view line);

/// A member, if it is there and of that type; else `otherwise`.
std::string TextOf(const Json& object, const char* name, const std::string& otherwise = {});
int64_t NumberOf(const Json& object, const char* name, int64_t otherwise = 0);
double ShareOf(const Json& object, const char* name);

}  // namespace trafrec::control
