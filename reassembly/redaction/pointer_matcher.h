#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "reassembly/redaction/redaction_rules.h"

namespace trafrec::reassembly {

/// Says which values of a JSON document the pointers name, while a reader walks down and up in it.
/// `pointers` must outlive it.
///
/// A pointer begins at the document, at each line of NDJSON, and below every member in which
/// Elasticsearch and OpenSearch put documents (_source, doc, upsert, fields, highlight). As these
/// servers read it, a dot in a member's name parts two levels, and a list is several values of one
/// field: an element may be named by its place or by *, but need not.
class PointerMatcher {
 public:
  explicit PointerMatcher(const std::vector<JsonPointer>& pointers);

  /// A new document.
  void Begin();
  /// Into the member of that name, or the element of that place, of where the reader is. True: a
  /// pointer names it. Each Enter is followed by a Leave.
  bool EnterMember(std::string_view name);
  bool EnterElement(uint64_t index);
  void Leave();

 private:
  /// The next token that must match, counted over all pointers.
  using State = uint16_t;
  struct Step {
    const JsonPointer::Token* token;
    bool last;
  };

  void AddStarts();
  void Add(State state);
  bool Advance(size_t from, size_t to, std::string_view name);
  bool AdvanceByParts(size_t from, size_t to, std::string_view name);

  std::vector<Step> steps_;
  std::vector<State> starts_;
  std::vector<State> states_;   ///< of all levels, one behind the other
  std::vector<size_t> levels_;  ///< where each begins
};

}  // namespace trafrec::reassembly
