#include "store/manifest/manifest_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "store/files/log_layout.h"
#include "store/files/small_file.h"
#include "store/manifest/block_hash.h"
#include "store/manifest/manifest_files.h"
#include "store/manifest/segment_facts.h"

// Two files are written for a segment: its manifest, and head.json that names it. A crash between
// the two leaves a head that is one behind, so the chain is walked on from there. Rejected: one
// file of all hashes, which grows with the log and is rewritten at each seal.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

Result<Manifest> DescribeSegment(const fs::path& path, uint32_t segment, unsigned threads) {
  // A version that did not ask twice may have named it so on a full disk; it will be sealed again,
  // and its bytes change once more.
  if (IsInWalMode(path)) {
    return Fail(ErrorCode::kIo, path.string() + " is still in WAL mode, so it gets no manifest");
  }
  TRY_ASSIGN(Manifest manifest, ReadSegmentFacts(path));
  const fs::path directory = path.parent_path();
  if (manifest.segment != segment ||
      directory.filename() != AttemptDirectoryName(manifest.attempt) ||
      directory.parent_path().filename() != manifest.recorder) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} says that it is {}/{:04}/{:06}, so it gets no manifest",
                            path.string(), manifest.recorder, manifest.attempt, manifest.segment),
                "trafrec verify LOG names all that is wrong");
  }
  TRY_ASSIGN(const BlockHasher file, BlockHasher::Open(path));
  manifest.bytes = file.bytes();
  TRY_ASSIGN(manifest.blocks, HashBlocks(file, threads));
  return manifest;
}

/// As head.json says or, where it says nothing that can be read, as the files do. A recorder that
/// died behind its first manifest left no head; it is written before there is a second manifest,
/// so that only a hand can leave several without one.
Result<std::optional<Head>> NewestManifest(const fs::path& directory) {
  if (const Result<Head> head = ReadHead(directory)) {
    return *head;
  }
  TRY_ASSIGN(const std::vector<uint32_t> numbers, ListManifests(directory));
  if (numbers.empty()) {
    return std::nullopt;
  }
  TRY_ASSIGN(const StoredManifest newest, ReadManifest(directory, numbers.back()));
  const Head head = {numbers.back(), newest.document.hash()};
  if (head.segment == 1) {
    TRY(WriteHead(directory, head));
  }
  return head;
}

}  // namespace

Result<uint32_t> ExtendChain(const fs::path& attempt_directory, const crypto::SigningKey* key,
                             unsigned threads) {
  TRY_ASSIGN(const std::optional<Head> newest, NewestManifest(attempt_directory));
  std::optional<crypto::Digest> previous;
  uint32_t segment = 1;
  if (newest) {
    previous = newest->hash;
    segment = newest->segment + 1;
  }
  uint32_t written = 0;
  for (std::error_code ignored;; ++segment) {
    Head head{segment, {}};
    if (fs::exists(attempt_directory / ManifestName(segment), ignored)) {
      TRY_ASSIGN(const StoredManifest stored, ReadManifest(attempt_directory, segment));
      head.hash = stored.document.hash();
    } else {
      const fs::path path = attempt_directory / SegmentFileName(segment, SegmentState::kSealed);
      if (!fs::exists(path, ignored)) {
        return written;
      }
      TRY_ASSIGN(Manifest manifest, DescribeSegment(path, segment, threads));
      manifest.previous = previous;
      Document document = DocumentOf(manifest);
      if (key != nullptr) {
        document.Sign(*key);
      }
      TRY(ReplaceFile(attempt_directory / ManifestName(segment), document.Text()));
      head.hash = document.hash();
      ++written;
    }
    TRY(WriteHead(attempt_directory, head));
    previous = head.hash;
  }
}

std::vector<fs::path> SegmentsWithoutManifest(const fs::path& attempt_directory, bool begin) {
  std::vector<fs::path> paths;
  const auto segments = ListSegments(attempt_directory);
  const auto manifests = ListManifests(attempt_directory);
  if (!segments || !manifests || (manifests->empty() && !begin)) {
    return paths;
  }
  for (const SegmentFile& segment : *segments) {
    if (segment.state == SegmentState::kSealed &&
        !std::ranges::binary_search(*manifests, segment.number)) {
      paths.push_back(segment.path);
    }
  }
  return paths;
}

}  // namespace trafrec::store
