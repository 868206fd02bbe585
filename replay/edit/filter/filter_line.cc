#include "replay/edit/filter/filter_line.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "replay/edit/filter/limits.h"
#include "store/crypto/encoding.h"

namespace trafrec::filter {
namespace {

using nlohmann::ordered_json;
using store::crypto::Base64;

constexpr int kVersion = 1;

bool IsUtf8(std::string_view bytes) {
  try {
    ordered_json(bytes).dump();
    return true;
  } catch (const ordered_json::exception&) {
    return false;
  }
}

/// A text, or {"b64": "…"} for what is no UTF-8.
ordered_json TextOrBytes(std::string_view bytes) {
  if (IsUtf8(bytes)) {
    return bytes;
  }
  return {{"b64", store::crypto::ToBase64(AsBytes(bytes), Base64::kPadded)}};
}

std::optional<std::string> BytesOf(const ordered_json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_object() || value.size() != 1 || !value.contains("b64") ||
      !value["b64"].is_string()) {
    return std::nullopt;
  }
  const auto text = value["b64"].get<std::string>();
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3 - padding, '\0');
  const std::span<uint8_t> out(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  return store::crypto::FromBase64(text, Base64::kPadded, out) ? std::optional(std::move(bytes))
                                                               : std::nullopt;
}

std::optional<std::vector<message::Field>> FieldsOf(const ordered_json& value) {
  std::vector<message::Field> fields;
  if (!value.is_array()) {
    return std::nullopt;
  }
  for (const ordered_json& pair : value) {
    if (!pair.is_array() || pair.size() != 2) {
      return std::nullopt;
    }
    auto name = BytesOf(pair[0]);
    auto field = BytesOf(pair[1]);
    if (!name || !field) {
      return std::nullopt;
    }
    fields.push_back({std::move(*name), std::move(*field)});
  }
  return fields;
}

/// Takes one member; false if it is of a wrong type, or unknown.
bool Take(const std::string& key, const ordered_json& value, Answer& answer) {
  if (key == "v" || key == "id") {
    return true;
  }
  if (key == "drop") {
    answer.drop = value.is_boolean() && value.get<bool>();
    return value.is_boolean();
  }
  if (key == "headers") {
    answer.fields = FieldsOf(value);
    return answer.fields.has_value();
  }
  if (key == "body") {
    answer.body = BytesOf(value);
    return answer.body.has_value();
  }
  if (!value.is_string()) {
    return false;
  }
  if (key == "why") {
    answer.why = value.get<std::string>();
  } else if (key == "to") {
    answer.to = value.get<std::string>();
  } else if (key == "method") {
    answer.method = value.get<std::string>();
  } else if (key == "target") {
    answer.target = value.get<std::string>();
  } else {
    return false;
  }
  return true;
}

std::string Quote(std::string_view line) {
  std::string quoted;
  for (const char c : line.substr(0, limits::kQuotedBytes)) {
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return quoted + (line.size() > limits::kQuotedBytes ? "…" : "");
}

}  // namespace

std::string RequestLine(std::string_view id, const message::Request& request,
                        std::string_view body) {
  ordered_json headers = ordered_json::array();
  for (const message::Field& field : request.fields) {
    headers.push_back({TextOrBytes(field.name), TextOrBytes(field.value)});
  }
  const ordered_json line = {{"v", kVersion},
                             {"id", id},
                             {"method", TextOrBytes(request.method)},
                             {"target", TextOrBytes(request.target)},
                             {"headers", std::move(headers)},
                             {"body", TextOrBytes(body)}};
  return line.dump();
}

std::expected<Answer, std::string> ReadAnswer(std::string_view line, std::string_view id) {
  const auto json = ordered_json::parse(line, nullptr, false);
  if (!json.is_object()) {
    return std::unexpected(fmt::format("the filter's answer is no JSON object: {}", Quote(line)));
  }
  if (!json.contains("id") || json["id"] != id) {
    return std::unexpected(
        fmt::format("the filter's answer has not the id {}: {}", id, Quote(line)));
  }
  Answer answer;
  for (const auto& [key, value] : json.items()) {
    if (!Take(key, value, answer)) {
      return std::unexpected(
          fmt::format("'{}' in the filter's answer is unknown or wrong: {}", key, Quote(line)));
    }
  }
  return answer;
}

}  // namespace trafrec::filter
