#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::reconcile {

/// A number for a name or a value; equal ones have equal numbers.
using Print = uint64_t;

/// One value of a top-level field; of an array each element is one.
struct FieldValue {
  Print field = 0;
  Print value = 0;
  bool text = false;  ///< a string; numbers may be written otherwise when they are stored again

  friend auto operator<=>(const FieldValue&, const FieldValue&) = default;
};
using Fields = std::vector<FieldValue>;

Print PrintOfName(std::string_view name);
/// The fields of an object, sorted; none of other values. Objects within are one value each.
Fields FieldsOf(const json::Tree& tree, uint32_t object);
bool HasField(const Fields& fields, Print field);
/// Whether every string of `part` stands in the same field of `whole`.
bool Includes(const Fields& whole, const Fields& part);

/// What an operation does to a document's source.
struct Change {
  enum class How : uint8_t {
    kUnknown,   ///< anything
    kReplaces,  ///< `fields` are all that is there afterwards
    kMerges,    ///< `fields` take the place of those of their names
    kScripts,   ///< fields that `script` names may change
    kDeletes,
  };

  How how = How::kUnknown;
  Fields fields{};
  std::string script{};
};

/// What is known of a document's source at one time.
struct Content {
  bool whole = false;  ///< what is not in `fields` is not there
  Fields fields{};
  std::vector<std::string> scripts{};  ///< went over it since: what they name may be otherwise
  bool either = false;                 ///< of values of one field any may be the one that is there

  /// Nothing is known.
  bool empty() const { return !whole && fields.empty(); }
  void Apply(const Change& change);
  /// It may have been applied, or not.
  void MayApply(const Change& change);
};

/// A body's JSON, read once for all that is asked of it. Borrows the text.
class BodyTree {
 public:
  explicit BodyTree(std::string_view body) : tree_(json::Tree::Parse(body)) {}
  /// Null if the body is none.
  const json::Tree* get() const { return tree_ && tree_->size() > 0 ? &*tree_ : nullptr; }

 private:
  std::expected<json::Tree, std::string> tree_;
};

// Of a body that may be no JSON: null.

/// Of an operation on a document: an index's or create's source, or an update.
Change ReplacingChange(const json::Tree* source);
Change UpdatingChange(const json::Tree* body);

/// The script of an update or of a by-query request, as it is written; "" if it has none.
std::string ScriptIn(const json::Tree* body);

/// A shorter string is too often written by chance.
inline constexpr size_t kTokenBytes = 4;

/// Strings anywhere in it that are long enough to tell one writer from another.
std::vector<Print> Tokens(const json::Tree* body);
std::vector<Print> Tokens(const json::Tree& tree, uint32_t node);

}  // namespace trafrec::reconcile
