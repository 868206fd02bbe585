#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/span.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"

namespace trafrec::reconcile {

/// An answer that shows whether there is an index (or an alias) of that name.
struct IndexSight {
  std::string name{};
  bool present = false;
  Span at{};
  std::optional<TimeNs> made_at{};  ///< by the source's clock
  bool late = false;   ///< it is of a copy that is presumed to be later than all of the log
  bool whole = false;  ///< and that is presumed to have all indices
};

/// What may have made or removed an index.
struct IndexChange {
  std::string name{};  ///< or a pattern
  bool makes = false;
  bool removes = false;
  Span ran{};
  std::optional<size_t> question{};  ///< in History::questions, if nobody saw its answer
};

/// What a log shows of the lives of indices as wholes.
struct IndexLives {
  std::vector<IndexSight> sights{};
  std::vector<IndexChange> changes{};
  /// When indices were made, by the source's clock, of those of which a copy of its data says so.
  std::map<std::string, TimeNs> made_at{};
  /// From the first to the last write of documents under a name: each may make the index.
  std::map<std::string, Span> written{};

  /// One operation, and the status of its answer; 0 if nobody saw all of one. `question`: the
  /// number that it gets if it is open.
  void Note(const dialect::Meaning& meaning, const dialect::Operation& operation,
            const dialect::Outcome& outcome, int status, const Span& ran, size_t question);
  /// Another name for an index, or a pattern, that may have been made or removed.
  void NoteAlias(const std::string& name, bool made, const Span& ran);
};

}  // namespace trafrec::reconcile
