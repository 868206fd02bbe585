#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "reconcile/boundary/boundary.h"

namespace trafrec::reconcile {

/// The documents that were written while the backfill was taken, until the copy is asked for them.
class SpanDocuments {
 public:
  /// A write that the copy may hold. Its share is decided by Decide.
  Status Add(SpanMutation mutation, std::optional<uint32_t> shard, SpanWrite write);
  /// Writes of it may be added at the end: what is known of its others counts from now on.
  void Expect(const DocumentName& name) { documents_[name]; }
  /// Writes that the copy holds, or does not hold, of any document.
  void AddHeld(const DocumentName& name, int64_t seq_no);
  void AddLater(const DocumentName& name, int64_t seq_no, Form form);

  using Decided = std::function<Status(SpanMutation& mutation)>;
  /// Asks the copy, if there is one, and hands over each write with its share, document by
  /// document. An Error if the copy contradicts the log.
  Status Decide(Copy* copy, const Decided& decided);

 private:
  struct Pending {
    SpanMutation mutation;
    std::optional<uint32_t> shard;
    SpanWrite write;
  };
  struct Document {
    std::vector<Pending> writes;
    std::optional<int64_t> held;                    ///< the last write that is in the copy
    std::optional<std::pair<int64_t, Form>> later;  ///< the first write that is not in the copy
  };

  Status CheckNumber(const DocumentName& name, const Document& document,
                     const CopyDocument& copy) const;
  static Status DecideOne(Document& document, const CopyDocument& copy, const Decided& decided);

  std::map<DocumentName, Document> documents_;
  /// Whose write a number is.
  std::map<std::pair<std::string, std::pair<uint32_t, int64_t>>, const DocumentName*> numbers_;
  size_t writes_ = 0;
};

}  // namespace trafrec::reconcile
