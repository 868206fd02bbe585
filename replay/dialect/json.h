#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trafrec::dialect {

/// A value in JSON text that somebody else wrote, read as it is walked over: each value once, in
/// the order of the text. What cannot be read is nothing, and the walk ends (see ReadJson).
class JsonValue {
 public:
  using MemberVisitor = std::function<void(std::string_view key, JsonValue& value)>;
  using ElementVisitor = std::function<void(JsonValue& value)>;

  virtual ~JsonValue() = default;

  enum class Type : uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull, kBroken };
  virtual Type type() = 0;

  /// A string's text, the digits of a number, true or false; nothing for others. Both products take
  /// ids and routing in this way.
  virtual std::optional<std::string> Text() = 0;
  /// Calls for each member of an object, for nothing else. Keys are unescaped; borrowed for the
  /// call.
  virtual void EachMember(const MemberVisitor& visit) = 0;
  virtual void EachElement(const ElementVisitor& visit) = 0;
};

/// An integer that fits, of a number or of a string of digits.
std::optional<int64_t> IntegerOf(const std::optional<std::string>& text);

/// Walks over one JSON text, an object or an array. "" if it is right as far as it was walked over
/// (what nobody looked into is only known to be UTF-8), else why not. A visitor goes as deep as it
/// asks for; nothing here recurses. At most limits.h's bytes, in a few times their memory. A
/// visitor may not call it again.
std::string ReadJson(std::string_view text, const std::function<void(JsonValue& root)>& visit);

}  // namespace trafrec::dialect
