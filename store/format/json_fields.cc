#include "store/format/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "store/crypto/encoding.h"

namespace trafrec::store {

using Json = nlohmann::ordered_json;

JsonFields::JsonFields(const Json& object, std::string of) : object_(object), of_(std::move(of)) {}

void JsonFields::Refuse(const char* name, const char* is_not) {
  if (error_.empty()) {
    error_ = fmt::format("its member {}{}{} is not {}", of_, of_.empty() ? "" : ".", name, is_not);
  }
}

void JsonFields::Adopt(const JsonFields& inner) {
  if (error_.empty()) {
    error_ = inner.error_;
  }
}

Status JsonFields::status() const {
  return error_.empty() ? Status() : Fail(ErrorCode::kCorrupt, error_);
}

const Json* JsonFields::Find(const char* name, const char* type) {
  const auto found = object_.is_object() ? object_.find(name) : object_.end();
  if (found == object_.end()) {
    Refuse(name, type);
    return nullptr;
  }
  return &*found;
}

bool JsonFields::IsNull(const char* name) const {
  const auto found = object_.is_object() ? object_.find(name) : object_.end();
  return found != object_.end() && found->is_null();
}

std::string JsonFields::Text(const char* name) {
  const Json* const value = Find(name, "a text");
  if (value == nullptr || !value->is_string()) {
    Refuse(name, "a text");
    return {};
  }
  return value->get<std::string>();
}

uint64_t JsonFields::Number(const char* name) {
  const Json* const value = Find(name, "a number");
  if (value == nullptr || !value->is_number_unsigned()) {
    Refuse(name, "a number");
    return 0;
  }
  return value->get<uint64_t>();
}

bool JsonFields::Bool(const char* name) {
  const Json* const value = Find(name, "true or false");
  if (value == nullptr || !value->is_boolean()) {
    Refuse(name, "true or false");
    return false;
  }
  return value->get<bool>();
}

TimeNs JsonFields::Time(const char* name) {
  const Result<TimeNs> time = ParseTime(Text(name), 0);
  if (!time) {
    Refuse(name, "a time");
  }
  return time.value_or(0);
}

crypto::Digest JsonFields::Digest(const char* name) {
  crypto::Digest digest{};
  if (!crypto::FromHex(Text(name), digest)) {
    Refuse(name, "a SHA-256 in hexadecimal digits");
  }
  return digest;
}

std::optional<TimeNs> JsonFields::TimeOrNull(const char* name) {
  return IsNull(name) ? std::nullopt : std::optional(Time(name));
}

std::optional<crypto::Digest> JsonFields::DigestOrNull(const char* name) {
  return IsNull(name) ? std::nullopt : std::optional(Digest(name));
}

std::optional<uint64_t> JsonFields::NumberOrNull(const char* name) {
  return IsNull(name) ? std::nullopt : std::optional(Number(name));
}

std::string JsonFields::TextOrNull(const char* name) { return IsNull(name) ? "" : Text(name); }

const Json& JsonFields::Object(const char* name) {
  static const Json kEmpty = Json::object();
  const Json* const value = Find(name, "an object");
  if (value == nullptr || !value->is_object()) {
    Refuse(name, "an object");
    return kEmpty;
  }
  return *value;
}

const Json* JsonFields::ObjectOrNull(const char* name) {
  return IsNull(name) ? nullptr : &Object(name);
}

const Json& JsonFields::Array(const char* name) {
  static const Json kEmpty = Json::array();
  const Json* const value = Find(name, "an array");
  if (value == nullptr || !value->is_array()) {
    Refuse(name, "an array");
    return kEmpty;
  }
  return *value;
}

Result<Json> ParseJsonObject(std::string_view text) {
  if (text.empty()) {
    return Fail(ErrorCode::kCorrupt, "it is empty");
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    return Fail(ErrorCode::kCorrupt, "it is not JSON");
  }
  if (!json.is_object()) {
    return Fail(ErrorCode::kCorrupt, "it is no JSON object");
  }
  return json;
}

}  // namespace trafrec::store
