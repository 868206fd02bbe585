#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "reconcile/source/source_types.h"

// Requests to the source, as both products and Elasticsearch 6.8 take them.

namespace trafrec::reconcile {

/// Below an index: "/orders/_search", with all that a path does not take encoded.
std::string PathOf(const std::string& index, std::string_view rest);

std::string MgetBody(std::span<const DocumentQuestion> questions);
/// The documents whose last operation is in one of the ranges and, if `after` is given, later.
std::string SeqNoSearchBody(std::span<const SeqNoRange> ranges, std::optional<int64_t> after,
                            size_t size);
/// Some documents, by chance.
std::string SampleBody(size_t size);

}  // namespace trafrec::reconcile
