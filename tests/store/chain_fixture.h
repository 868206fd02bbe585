#pragma once

#include <filesystem>
#include <string>

#include "store/verify/verify.h"
#include "tests/store/reader_fixture.h"

// Logs of many small segments, and what verify says of them.

namespace trafrec::store {

/// Exchanges 1 … `segments`, each in a segment of its own, into a new attempt of recorder "r".
void MakeSegments(LogWriterOptions options, uint32_t segments);
/// "r/0001" in the log.
std::filesystem::path AttemptIn(const std::filesystem::path& log, uint32_t attempt = 1);
std::filesystem::path SegmentIn(const std::filesystem::path& log, uint32_t segment,
                                uint32_t attempt = 1);
std::filesystem::path ManifestIn(const std::filesystem::path& log, uint32_t segment,
                                 uint32_t attempt = 1);
/// Whole content of a file.
std::string ContentOf(const std::filesystem::path& path);
void PutContent(const std::filesystem::path& path, const std::string& content);
void Swap(const std::filesystem::path& a, const std::filesystem::path& b);
/// As a log of a version that made none.
void RemoveManifests(const std::filesystem::path& log);

VerifyReport Verified(const std::filesystem::path& log, const VerifyOptions& options = {});
/// What Verified says, one sentence a line, each behind its file's name.
std::string ProblemsOf(const std::filesystem::path& log, const VerifyOptions& options = {});

}  // namespace trafrec::store
