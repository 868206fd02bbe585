#include "store/reader/log_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "store/reader/log_reader_catalogue.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// What is the same in every segment of an attempt, as text. Empty: it cannot be read now.
std::string AttemptFactsOf(const fs::path& directory, uint32_t segment) {
  auto connection = ConnectSegment(directory, segment);
  if (!connection) {
    return {};
  }
  const auto facts = connection->database().QueryText(
      "SELECT group_concat(key || '=' || value, ' ') FROM (SELECT key, value FROM attempt WHERE "
      "key IN ('log_id', 'recorder', 'attempt', 'source', 'started_ns') ORDER BY key)");
  return facts.value_or("");
}

bool IsSealed(const SegmentFile& segment) { return segment.state != SegmentState::kOpen; }

uintmax_t SizeOf(const fs::path& path) {
  std::error_code failure;
  const uintmax_t bytes = fs::file_size(path, failure);
  return failure ? 0 : bytes;
}

std::unexpected<Error> OtherContent(const AttemptKey& key, const fs::path& one,
                                    const fs::path& other, const std::string& why) {
  return Fail(ErrorCode::kUsage,
              fmt::format("{} and {} both have recorder '{}', attempt {:04}, with different "
                          "content ({}): its ids would have two meanings",
                          one.string(), other.string(), key.recorder, key.attempt, why),
              "read them one by one; recorders whose logs are read together need names of their "
              "own (trafrec record --recorder NAME)");
}

/// Whether an attempt is one and the same in two folders.
Status Compare(const AttemptKey& key, const fs::path& one, const fs::path& other) {
  const fs::path name = fs::path(key.recorder) / AttemptDirectoryName(key.attempt);
  TRY_ASSIGN(const std::vector<SegmentFile> ours, ListSegments(one / name));
  TRY_ASSIGN(const std::vector<SegmentFile> theirs, ListSegments(other / name));
  if (ours.empty() || theirs.empty()) {
    return {};
  }
  const std::string our_facts = AttemptFactsOf(one / name, ours.front().number);
  const std::string their_facts = AttemptFactsOf(other / name, theirs.front().number);
  if (!our_facts.empty() && !their_facts.empty() && our_facts != their_facts) {
    return OtherContent(key, one, other, "they are two recordings");
  }
  for (const SegmentFile& segment : ours) {
    const auto same = std::ranges::find(theirs, segment.number, &SegmentFile::number);
    if (same != theirs.end() && IsSealed(segment) && IsSealed(*same) &&
        SizeOf(segment.path) != SizeOf(same->path)) {
      return OtherContent(key, one, other,
                          fmt::format("segment {:06} has two sizes", segment.number));
    }
  }
  return {};
}

/// "segment 000002", "segments 000002 to 000004"; not those that retention deleted.
std::string MissingInWords(const SegmentFiles& files, const AttemptKey& key,
                           const std::vector<SegmentFile>& segments) {
  std::string words;
  uint32_t expected = 1;
  for (const SegmentFile& segment : segments) {
    while (expected < segment.number && files.HasTombstone(key, expected)) {
      ++expected;
    }
    if (expected < segment.number) {
      words += words.empty() ? "" : ", ";
      words += expected + 1 == segment.number
                   ? fmt::format("segment {:06}", expected)
                   : fmt::format("segments {:06} to {:06}", expected, segment.number - 1);
    }
    expected = segment.number + 1;
  }
  return words;
}

std::vector<std::string> DifferentIds(const std::map<std::string, std::vector<fs::path>>& logs) {
  if (logs.size() < 2) {
    return {};
  }
  std::string text;
  for (const auto& [id, folders] : logs) {
    for (const fs::path& folder : folders) {
      text += fmt::format("{}{} ({:.8})", text.empty() ? "" : ", ", folder.string(), id);
    }
  }
  return {"these were made as different logs, and are read as one: " + text};
}

}  // namespace

Result<std::vector<std::string>> CheckCopies(const std::vector<fs::path>& folders) {
  std::map<std::string, std::vector<fs::path>> logs;
  std::set<std::string> seen;
  for (const fs::path& folder : folders) {
    TRY_ASSIGN(const LogIdentity identity, ReadLogIdentity(folder));
    std::error_code ignored;
    if (!seen.insert(fs::canonical(folder, ignored).string()).second) {
      return Fail(ErrorCode::kUsage, folder.string() + " is given twice", "give each folder once");
    }
    logs[identity.log_id].push_back(folder);
  }
  std::vector<std::string> notes = DifferentIds(logs);
  SegmentFiles files(folders);
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, LogCatalogue(files).AllAttempts());
  for (const AttemptKey& key : attempts) {
    std::vector<fs::path> having;
    std::ranges::copy_if(folders, std::back_inserter(having), [&](const fs::path& folder) {
      std::error_code ignored;
      return fs::is_directory(folder / key.recorder / AttemptDirectoryName(key.attempt), ignored);
    });
    for (size_t i = 1; i < having.size(); ++i) {
      TRY(Compare(key, having.front(), having[i]));
    }
    TRY_ASSIGN(const std::vector<SegmentFile> segments, files.Segments(key));
    const std::string missing = MissingInWords(files, key, segments);
    if (!missing.empty()) {
      notes.push_back(fmt::format(
          "of recorder '{}', attempt {:04}, {} missing: what was in it is "
          "not shown",
          key.recorder, key.attempt, missing + (missing.starts_with("segments") ? " are" : " is")));
    }
  }
  return notes;
}

}  // namespace trafrec::store
