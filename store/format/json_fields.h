#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "store/crypto/hash.h"

namespace trafrec::store {

/// Reads the members of one JSON object. A member that is missing or of another type gives a zero,
/// and the first such is kept as the error, so that a reader takes all and asks once. Unknown
/// members are ignored.
class JsonFields {
 public:
  /// Borrows `object`. `of` names it in errors ("counts"); empty for the whole document.
  explicit JsonFields(const nlohmann::ordered_json& object, std::string of = {});

  std::string Text(const char* name);
  uint64_t Number(const char* name);
  bool Bool(const char* name);
  TimeNs Time(const char* name);
  crypto::Digest Digest(const char* name);
  std::optional<TimeNs> TimeOrNull(const char* name);
  std::optional<crypto::Digest> DigestOrNull(const char* name);
  std::optional<uint64_t> NumberOrNull(const char* name);
  std::string TextOrNull(const char* name);  ///< empty for null
  /// An empty one if it is missing.
  const nlohmann::ordered_json& Object(const char* name);
  const nlohmann::ordered_json& Array(const char* name);
  /// Null for null.
  const nlohmann::ordered_json* ObjectOrNull(const char* name);

  /// For what only the caller can judge.
  void Refuse(const char* name, const char* is_not);
  /// Keeps the error of an object within this one.
  void Adopt(const JsonFields& inner);
  Status status() const;

 private:
  const nlohmann::ordered_json* Find(const char* name, const char* type);
  bool IsNull(const char* name) const;

  const nlohmann::ordered_json& object_;
  const std::string of_;
  std::string error_;
};

/// Parses `text` as one JSON object; kCorrupt says what it is instead.
Result<nlohmann::ordered_json> ParseJsonObject(std::string_view text);

}  // namespace trafrec::store
