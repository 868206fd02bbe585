#include "tests/tools/har_schema.h"

#include <map>
#include <regex>

namespace trafrec::test_support {
namespace {

using nlohmann::json;

/// A type is "string", "integer", "number", "time", "base64", "object:NAME" or "array:NAME"; '?'
/// in front: optional.
using Shape = std::map<std::string, std::string>;

const std::map<std::string, Shape>& Shapes() {
  static const std::map<std::string, Shape> kShapes = {
      {"har", {{"log", "object:log"}}},
      {"log",
       {{"version", "string"},
        {"creator", "object:creator"},
        {"browser", "?object:creator"},
        {"pages", "?array:page"},
        {"entries", "array:entry"},
        {"comment", "?string"}}},
      {"creator", {{"name", "string"}, {"version", "string"}, {"comment", "?string"}}},
      {"entry",
       {{"pageref", "?string"},
        {"startedDateTime", "time"},
        {"time", "number"},
        {"request", "object:request"},
        {"response", "object:response"},
        {"cache", "object:cache"},
        {"timings", "object:timings"},
        {"serverIPAddress", "?string"},
        {"connection", "?string"},
        {"comment", "?string"}}},
      {"request",
       {{"method", "string"},
        {"url", "string"},
        {"httpVersion", "string"},
        {"cookies", "array:cookie"},
        {"headers", "array:pair"},
        {"queryString", "array:pair"},
        {"postData", "?object:postData"},
        {"headersSize", "integer"},
        {"bodySize", "integer"},
        {"comment", "?string"}}},
      {"response",
       {{"status", "integer"},
        {"statusText", "string"},
        {"httpVersion", "string"},
        {"cookies", "array:cookie"},
        {"headers", "array:pair"},
        {"content", "object:content"},
        {"redirectURL", "string"},
        {"headersSize", "integer"},
        {"bodySize", "integer"},
        {"comment", "?string"}}},
      {"cookie",
       {{"name", "string"},
        {"value", "string"},
        {"path", "?string"},
        {"domain", "?string"},
        {"expires", "?time"},
        {"httpOnly", "?boolean"},
        {"secure", "?boolean"},
        {"comment", "?string"}}},
      {"pair", {{"name", "string"}, {"value", "string"}, {"comment", "?string"}}},
      {"postData",
       {{"mimeType", "string"},
        {"params", "array:param"},
        {"text", "string"},
        {"comment", "?string"}}},
      {"param",
       {{"name", "string"},
        {"value", "?string"},
        {"fileName", "?string"},
        {"contentType", "?string"},
        {"comment", "?string"}}},
      {"content",
       {{"size", "integer"},
        {"compression", "?integer"},
        {"mimeType", "string"},
        {"text", "?string"},
        {"encoding", "?base64"},
        {"comment", "?string"}}},
      {"cache", {{"beforeRequest", "?object"}, {"afterRequest", "?object"}}},
      {"timings",
       {{"blocked", "?number"},
        {"dns", "?number"},
        {"connect", "?number"},
        {"send", "number"},
        {"wait", "number"},
        {"receive", "number"},
        {"ssl", "?number"},
        {"comment", "?string"}}},
  };
  return kShapes;
}

void Check(const json& value, const std::string& type, const std::string& where,
           std::vector<std::string>& troubles);

void CheckObject(const json& value, const std::string& name, const std::string& where,
                 std::vector<std::string>& troubles) {
  const Shape& shape = Shapes().at(name);
  for (const auto& [field, type] : shape) {
    const bool optional = type.starts_with('?');
    if (value.contains(field)) {
      Check(value[field], optional ? type.substr(1) : type, where + "." + field, troubles);
    } else if (!optional) {
      troubles.push_back(where + "." + field + " is missing");
    }
  }
  for (const auto& [field, ignored] : value.items()) {
    if (!shape.contains(field) && !field.starts_with('_')) {
      troubles.push_back(where + "." + field + " is no field of HAR");
    }
  }
}

bool HasType(const json& value, const std::string& type) {
  static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))");
  if (type == "string") {
    return value.is_string();
  }
  if (type == "boolean") {
    return value.is_boolean();
  }
  if (type == "integer") {
    return value.is_number_integer();
  }
  if (type == "number") {
    return value.is_number();
  }
  if (type == "base64") {
    return value == "base64";
  }
  if (type == "time") {
    return value.is_string() && std::regex_match(value.get<std::string>(), kTime);
  }
  return type.starts_with("array") ? value.is_array() : value.is_object();
}

void Check(const json& value, const std::string& type, const std::string& where,
           std::vector<std::string>& troubles) {
  if (!HasType(value, type)) {
    troubles.push_back(where + " is no " + type);
    return;
  }
  const size_t colon = type.find(':');
  if (colon == std::string::npos) {
    return;
  }
  const std::string name = type.substr(colon + 1);
  if (value.is_object()) {
    CheckObject(value, name, where, troubles);
    return;
  }
  for (size_t i = 0; i < value.size(); ++i) {
    CheckObject(value[i], name, where + "[" + std::to_string(i) + "]", troubles);
  }
}

}  // namespace

std::vector<std::string> HarTroubles(const json& har) {
  std::vector<std::string> troubles;
  Check(har, "object:har", "har", troubles);
  if (troubles.empty() && har["log"]["version"] != "1.2") {
    troubles.push_back("har.log.version is not 1.2");
  }
  return troubles;
}

}  // namespace trafrec::test_support
