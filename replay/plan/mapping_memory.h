#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/time.h"
#include "replay/dialect/json.h"
#include "replay/dialect/operation.h"
#include "replay/order/document_order.h"
#include "replay/plan/limits.h"

namespace trafrec::plan {

/// What the source made of a write that may have brought fields.
struct MappingWrite {
  enum class Fate : uint8_t {
    kTaken,
    kRefused,  ///< as malformed, perhaps because a field had another type already
    kUnknown,
  };

  order::Times times{};
  Fate fate = Fate::kTaken;
  std::optional<int64_t> seq_no{};
};

/// Where a write stands among those that make the mapping of its index.
struct MappingPlace {
  bool adds = false;  ///< it may bring a field, or is the first write of the index
  /// See order::SourceOperation.
  std::vector<uint64_t> labels{};
  std::vector<uint64_t> after{};
  std::vector<uint64_t> before{};
};

/// Which fields the indices have seen so far. The first document with a new field makes its mapping
/// (tried), so such a write has a place in the order of all writes of the index.
///
/// Until the first one with a field was answered, each one that has it may be the one that made it.
/// With one type of value any of them makes the same. Of those with different types, which the
/// source took all the same, one went ahead that could: text, before all that can be read as text;
/// a date before what a date takes; else those whose first one has the lower sequence number. What
/// it refused comes after what it took. One thread.
class MappingMemory {
 public:
  /// `clock_error_ns`: by how much the clocks of two recorders may differ.
  explicit MappingMemory(TimeNs clock_error_ns) : clock_error_ns_(clock_error_ns) {}

  /// `source`: the document, or an update's body. What cannot be read brings nothing: the service
  /// refuses it, too. `write`: null: it was not answered. Writes come by the time at
  /// which they began.
  MappingPlace Find(const std::string& index, const dialect::Operation& operation,
                    std::string_view source, const MappingWrite* write);

  /// Its mapping is made anew, or may have been changed: names and patterns with '*'.
  void Forget(std::string_view index);

 private:
  /// As the products tell values apart when they make a mapping.
  enum class Type : uint8_t {
    kText,
    kDate,
    kDigits,
    kNumber,
    kFraction,
    kBoolean,
    kObject,
    kRefused
  };
  /// The writes with one type of value of a field.
  struct Makers {
    Type type;
    uint64_t label;                 ///< a greater one than that of those that came before
    std::optional<int64_t> seq_no;  ///< of the first
    size_t count = 0;
  };
  /// A field that nobody was told of.
  struct Open {
    std::vector<Makers> makers{};        ///< of each type
    std::optional<order::Times> told{};  ///< of the one that was answered first
  };
  struct Index {
    std::unordered_set<uint64_t> settled;  ///< fields, by hashes of their paths
    std::unordered_map<uint64_t, Open> open;
    size_t settle_at = limits::kOpenFields;  ///< so many open ones
    bool wide = false;  ///< more than limits.h takes: every write counts as new
    size_t fields() const { return settled.size() + open.size(); }
  };

  static Type TypeOf(dialect::JsonValue& value);
  static bool GoFirst(const Makers& a, const Makers& b);
  void Visit(Index& index, uint64_t path, dialect::JsonValue* value, const MappingWrite* write,
             MappingPlace& place);
  void Join(Open& field, Type type, std::optional<int64_t> seq_no, MappingPlace& place);
  void Settle(Index& index, const order::Times& times) const;
  bool IsTold(const Open& field, const order::Times& times) const;

  const TimeNs clock_error_ns_;
  std::unordered_map<std::string, Index> indices_;
  size_t fields_ = 0;
  uint64_t labels_ = 0;
};

}  // namespace trafrec::plan
