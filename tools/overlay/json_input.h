#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace trafrec::tools {

/// The members of an object in NDJSON that a person or a program wrote. A member that is missing is
/// as one that is null. Errors are kUsage, and name the member.
class JsonInput {
 public:
  /// Borrows nothing.
  static Result<JsonInput> Parse(std::string_view line);
  explicit JsonInput(nlohmann::json object) : object_(std::move(object)) {}

  bool Has(const char* name) const;
  /// Text, or {"b64": …}.
  Result<std::optional<std::string>> Bytes(const char* name) const;
  /// One that must be there.
  Result<std::string> NeededBytes(const char* name) const;
  /// `body`, or `body_b64`, as export prints it.
  Result<std::optional<std::string>> Body() const;
  /// Of reasons: "" if there is none.
  Result<std::string> TextOrEmpty(const char* name) const;
  Result<std::optional<uint32_t>> Number(const char* name) const;
  /// [[a, b], …], each as Bytes has it.
  Result<std::vector<std::pair<std::string, std::string>>> Pairs(const char* name) const;
  Result<std::vector<std::string>> Texts(const char* name) const;
  /// An object; an empty one if there is none.
  Result<JsonInput> Object(const char* name) const;

 private:
  static std::optional<std::string> BytesOf(const nlohmann::json& value);

  nlohmann::json object_;
};

}  // namespace trafrec::tools
