#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "replay/dialect/operation.h"

namespace trafrec::reconcile {

/// What an index says of a document's source before it takes it.
enum class Fit : uint8_t {
  kUnknown,  ///< nobody can say who does not know all of the mapping
  kHidden,   ///< redaction replaced what would be checked: it may be anything
  kTaken,
  kRefused,  ///< with a mapper_parsing_exception, which costs no number
  /// Lucene refuses it, unless the mapping was told later to leave out keywords of that length.
  kTooLong,
};

/// The mapping with which an index was made, as far as it says for certain which sources are taken:
/// plain fields of common types. Mappings that grow by themselves, objects and all that has
/// parameters are kUnknown.
class Mapping {
 public:
  /// Of the body of a request that makes an index; nothing if it has none, or is no JSON.
  static std::optional<Mapping> OfCreation(std::string_view body);

  Fit Check(std::string_view source) const;
  /// Of the body of an operation. What a script does is not known, nor what makes a document of
  /// another.
  Fit Check(dialect::Kind kind, std::string_view body) const;
  /// A field of strings that are found whole.
  bool IsKeyword(std::string_view field) const;

 private:
  enum class Type : uint8_t { kOther, kKeyword, kText, kFloating, kInteger, kDate, kBoolean };

  static Fit CheckValue(Type type, bool is_string, bool is_number, bool is_boolean,
                        std::string_view value);

  std::map<std::string, Type, std::less<>> fields_;
  bool ignores_others_ = false;  ///< dynamic: false
};

}  // namespace trafrec::reconcile
