#include "tools/overlay/json_input.h"

#include <fmt/format.h>

#include <limits>

#include "import/base64_text.h"

namespace trafrec::tools {
namespace {

std::unexpected<Error> Refused(const char* name, const char* is_not) {
  return Fail(ErrorCode::kUsage, fmt::format("'{}' is not {}", name, is_not),
              "docs/overlay.md has an example of each kind");
}

}  // namespace

Result<JsonInput> JsonInput::Parse(std::string_view line) {
  nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) {
    return Fail(ErrorCode::kUsage, "this is no JSON object", "each line is one object");
  }
  return JsonInput(std::move(object));
}

bool JsonInput::Has(const char* name) const {
  const auto found = object_.find(name);
  return found != object_.end() && !found->is_null();
}

std::optional<std::string> JsonInput::BytesOf(const nlohmann::json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  const auto encoded = value.is_object() ? value.find("b64") : value.end();
  if (!value.is_object() || encoded == value.end() || !encoded->is_string()) {
    return std::nullopt;
  }
  return import::BytesOfBase64(encoded->get_ref<const std::string&>());
}

Result<std::optional<std::string>> JsonInput::Bytes(const char* name) const {
  if (!Has(name)) {
    return std::nullopt;
  }
  std::optional<std::string> bytes = BytesOf(object_.at(name));
  if (!bytes) {
    return Refused(name, "text, nor {\"b64\": …}");
  }
  return bytes;
}

Result<std::string> JsonInput::NeededBytes(const char* name) const {
  TRY_ASSIGN(std::optional<std::string> bytes, Bytes(name));
  if (!bytes) {
    return Refused(name, "there");
  }
  return *std::move(bytes);
}

Result<std::optional<std::string>> JsonInput::Body() const {
  if (!Has("body_b64")) {
    return Bytes("body");
  }
  const nlohmann::json& encoded = object_.at("body_b64");
  std::optional<std::string> body =
      encoded.is_string() ? import::BytesOfBase64(encoded.get_ref<const std::string&>())
                          : std::nullopt;
  if (!body) {
    return Refused("body_b64", "Base64");
  }
  return body;
}

Result<std::string> JsonInput::TextOrEmpty(const char* name) const {
  TRY_ASSIGN(std::optional<std::string> text, Bytes(name));
  return std::move(text).value_or("");
}

Result<std::optional<uint32_t>> JsonInput::Number(const char* name) const {
  if (!Has(name)) {
    return std::nullopt;
  }
  const nlohmann::json& value = object_.at(name);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > std::numeric_limits<uint32_t>::max()) {
    return Refused(name, "a whole number from 0 on");
  }
  return value.get<uint32_t>();
}

Result<std::vector<std::pair<std::string, std::string>>> JsonInput::Pairs(const char* name) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!Has(name)) {
    return pairs;
  }
  const nlohmann::json& value = object_.at(name);
  for (const nlohmann::json& each : value) {
    const bool pair = value.is_array() && each.is_array() && each.size() == 2;
    std::optional<std::string> first = pair ? BytesOf(each[0]) : std::nullopt;
    std::optional<std::string> second = pair ? BytesOf(each[1]) : std::nullopt;
    if (!first || !second) {
      return Refused(name, "an array of pairs of texts");
    }
    pairs.emplace_back(*std::move(first), *std::move(second));
  }
  return pairs;
}

Result<std::vector<std::string>> JsonInput::Texts(const char* name) const {
  std::vector<std::string> texts;
  if (!Has(name)) {
    return texts;
  }
  const nlohmann::json& value = object_.at(name);
  for (const nlohmann::json& each : value) {
    if (!value.is_array() || !each.is_string()) {
      return Refused(name, "an array of texts");
    }
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

Result<JsonInput> JsonInput::Object(const char* name) const {
  if (!Has(name)) {
    return JsonInput(nlohmann::json::object());
  }
  if (!object_.at(name).is_object()) {
    return Refused(name, "an object");
  }
  return JsonInput(object_.at(name));
}

}  // namespace trafrec::tools
