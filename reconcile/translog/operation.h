#pragma once

#include <cstdint>
#include <string_view>

namespace trafrec::reconcile {

enum class TranslogKind : uint8_t {
  kIndex,   ///< a document was put: index, create, update; what the request was is not told
  kDelete,  ///< also of a document that was not there
  kNoOp,    ///< a number that no document got: a refused document, a filler of a new primary
};

/// One operation that a shard carried out. Texts are borrowed for the visitor's call.
struct TranslogOperation {
  TranslogKind kind = TranslogKind::kIndex;
  int64_t seq_no = 0;
  int64_t primary_term = 0;
  int64_t version = 0;  ///< of the document afterwards; 0 for kNoOp
  std::string_view id{};
  std::string_view routing{};  ///< "": none; deletions never have one here
  std::string_view source{};   ///< as it was sent, for kIndex
  std::string_view reason{};   ///< of a kNoOp
  bool automatic_id = false;   ///< the source made the id
  /// Covered by the checkpoint: it survives a crash of the source. Others it carried out, too, and
  /// may forget if it crashes before its next fsync.
  bool synced = false;
  uint64_t generation = 0;
  uint64_t offset = 0;  ///< in the generation's file
};

}  // namespace trafrec::reconcile
