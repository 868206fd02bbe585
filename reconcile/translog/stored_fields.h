#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::reconcile {

/// A document's number in its segment, and its first stored field, if that holds bytes or text.
struct StoredDocument {
  uint32_t number = 0;
  std::string bytes{};
};

/// The documents in a file of stored fields (.fdt) as Lucene 8.7 and later write it when they are
/// to be quick. `low_first`: Lucene 9. Why it cannot be read, if it cannot.
std::expected<std::vector<StoredDocument>, std::string> ReadStoredFields(std::string_view file,
                                                                         bool low_first);

}  // namespace trafrec::reconcile
