#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace trafrec::reconcile {

/// The first stored field of each document that an index of Lucene has by its last commit: one that
/// Lucene 8.7 or later wrote. Why it cannot be read, if it cannot; "" if there is none.
std::expected<std::vector<std::string>, std::string> ReadLuceneIndex(
    const std::filesystem::path& folder);

}  // namespace trafrec::reconcile
