// The body of an operation by its version. Each version left something out of the one before:
//
//   index   8  Elasticsearch 6    id, type, source, routing?, parent?, version, version type, time
//   of
//                                 an automatic id, seq_no, primary term
//           9  without parent   10  without version type (7.x)   11  without type (OpenSearch 2)
//   delete  4  Elasticsearch 6    type, id, field and bytes of the term, version, version type,
//   seq_no,
//                                 primary term
//           6  without version type (7.x)   7  without type and term (OpenSearch 2)
//   no-op                         seq_no, primary term, reason
//
// Seen at real nodes but for 9 and delete 5, which only unreleased versions wrote.

#include "reconcile/translog/record.h"

#include <fmt/format.h>

#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {
namespace {

enum : uint8_t { kTypeCreate = 1, kTypeIndex = 2, kTypeDelete = 3, kTypeNoOp = 4 };

/// The latest versions that have a part.
constexpr uint32_t kIndexWithParent = 8;
constexpr uint32_t kIndexWithVersionType = 9;
constexpr uint32_t kIndexWithType = 10;
constexpr uint32_t kIndexLatest = 11;
constexpr uint32_t kDeleteOldest = 4;
constexpr uint32_t kDeleteWithVersionType = 5;
constexpr uint32_t kDeleteWithType = 6;
constexpr uint32_t kDeleteLatest = 7;

bool ReadIndex(StreamInput& input, uint32_t format, RecordTexts& texts, TranslogOperation& made) {
  made.kind = TranslogKind::kIndex;
  made.id = input.Text(texts.id);
  if (format <= kIndexWithType) {
    input.Text(texts.other);
  }
  made.source = input.SizedBytes();
  made.routing = input.OptionalText(texts.routing);
  if (format <= kIndexWithParent) {
    input.OptionalText(texts.other);
  }
  made.version = input.Long();
  if (format <= kIndexWithVersionType) {
    input.Byte();
  }
  made.automatic_id = input.Long() != -1;
  return format >= kIndexWithParent && format <= kIndexLatest;
}

bool ReadDelete(StreamInput& input, uint32_t format, RecordTexts& texts, TranslogOperation& made) {
  made.kind = TranslogKind::kDelete;
  if (format <= kDeleteWithType) {
    input.Text(texts.other);
  }
  made.id = input.Text(texts.id);
  if (format <= kDeleteWithType) {
    input.Text(texts.other);
    input.SizedBytes();
  }
  made.version = input.Long();
  if (format <= kDeleteWithVersionType) {
    input.Byte();
  }
  return format >= kDeleteOldest && format <= kDeleteLatest;
}

}  // namespace

std::expected<TranslogOperation, std::string> ReadRecord(std::string_view bytes,
                                                         RecordTexts& texts) {
  StreamInput input(bytes);
  TranslogOperation made;
  const uint8_t type = input.Byte();
  if (type == kTypeNoOp) {
    made.kind = TranslogKind::kNoOp;
    made.seq_no = input.Long();
    made.primary_term = input.Long();
    made.reason = input.Text(texts.other);
  } else if (type == kTypeCreate || type == kTypeIndex || type == kTypeDelete) {
    const uint32_t format = input.VariableInt();
    if (!(type == kTypeDelete ? ReadDelete(input, format, texts, made)
                              : ReadIndex(input, format, texts, made))) {
      return std::unexpected(fmt::format("its format {} of type {} is not known", format, type));
    }
    made.seq_no = input.Long();
    made.primary_term = input.Long();
  } else {
    return std::unexpected(fmt::format("its type {} is not known", type));
  }
  if (!input.ok() || input.left() > 0) {
    return std::unexpected("its parts do not fill it");
  }
  return made;
}

}  // namespace trafrec::reconcile
