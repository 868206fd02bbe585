#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "reconcile/translog/operation.h"

namespace trafrec::reconcile {

/// What a record's texts are kept in where the file has them otherwise.
struct RecordTexts {
  std::string id{};
  std::string routing{};
  std::string other{};
};

/// One operation without its size and checksum. Borrows both arguments. Generation, offset and
/// `synced` are the caller's. Why it cannot be read, if it cannot.
std::expected<TranslogOperation, std::string> ReadRecord(std::string_view bytes,
                                                         RecordTexts& texts);

}  // namespace trafrec::reconcile
