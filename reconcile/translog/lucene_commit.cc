// An index of Lucene is what its last commit says, segments_N: the names of its segments, and for
// each the generation of the file that says which of its documents were deleted. A segment's files
// may be parts of one (.cfs), of which another (.cfe) says where each begins. Version 9 writes
// numbers with the low byte first, but not those of commits and of checksums.

#include "reconcile/translog/lucene_commit.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "reconcile/translog/codec_file.h"
#include "reconcile/translog/limits.h"
#include "reconcile/translog/stored_fields.h"
#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;
template <typename T>
using Read = std::expected<T, std::string>;

constexpr int kNameBase = 36;
/// Since Lucene 7.4 and 8.6.
constexpr uint32_t kOldestCommit = 9;
constexpr uint32_t kCommitWithIds = 10;
constexpr size_t kIdBytes = 16;
constexpr int64_t kNone = -1;

struct Segment {
  std::string name{};
  std::string codec{};
  int64_t deletions = kNone;  ///< the generation of the file that says which
  bool low_first() const { return !codec.starts_with("Lucene8"); }
};

Read<std::string> FileOf(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > limits::kIndexStateBytes) {
    return std::unexpected(
        fmt::format("{} {}", path.filename().string(), error ? "is not there" : "is too large"));
  }
  std::ifstream file(path, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

/// The latest segments_N; "" if there is none.
std::string LastCommit(const fs::path& folder) {
  constexpr std::string_view kBegin = "segments_";
  std::string last;
  uint64_t latest = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    uint64_t number = 0;
    if (!name.starts_with(kBegin)) {
      continue;
    }
    const char* first = name.data() + kBegin.size();
    const auto [stop, wrong] = std::from_chars(first, name.data() + name.size(), number, kNameBase);
    if (wrong == std::errc() && std::string_view(stop).empty() &&
        (last.empty() || number > latest)) {
      last = name;
      latest = number;
    }
  }
  return last;
}

void SkipNames(StreamInput& input) {
  for (uint32_t left = input.VariableInt(); left > 0 && input.ok(); --left) {
    input.SizedBytes();
  }
}

void SkipVersion(StreamInput& input) {
  for (int part = 0; part < 3; ++part) {
    input.VariableInt();
  }
}

Segment ReadSegment(StreamInput& input, uint32_t version) {
  Segment segment;
  segment.name = input.SizedBytes();
  input.Bytes(kIdBytes);
  segment.codec = input.SizedBytes();
  segment.deletions = input.Long();
  input.Int();   // how many were deleted
  input.Long();  // the generation of its fields,
  input.Long();  // and that of its values by document
  input.Int();   // how many were deleted softly
  if (version >= kCommitWithIds && input.Byte() != 0) {
    input.Bytes(kIdBytes);
  }
  SkipNames(input);
  for (int32_t left = input.Int(); left > 0 && input.ok(); --left) {
    input.Int();
    SkipNames(input);
  }
  return segment;
}

Read<std::vector<Segment>> SegmentsOf(std::string_view commit) {
  StreamInput input(commit);
  const auto version = ReadIndexHeader(input, "segments");
  if (!version || *version < kOldestCommit || *version > kCommitWithIds) {
    return std::unexpected("the format of its commit is not known");
  }
  if (!CodecFooterIsRight(commit)) {
    return std::unexpected("the checksum of its commit is wrong");
  }
  SkipVersion(input);
  input.VariableInt();  // the version that made the index
  input.Long();         // how often it was changed
  input.VariableInt();  // the number of the next segment
  const int32_t count = input.Int();
  if (count > 0) {
    SkipVersion(input);  // of the oldest segment
  }
  std::vector<Segment> segments;
  for (int32_t i = 0; i < count && input.ok(); ++i) {
    segments.push_back(ReadSegment(input, *version));
  }
  return input.ok() ? Read<std::vector<Segment>>(std::move(segments))
                    : std::unexpected("its commit is damaged");
}

uint64_t LongOf(StreamInput& input, bool low_first) {
  const auto value = static_cast<uint64_t>(input.Long());
  return low_first ? std::byteswap(value) : value;
}

/// Its file of stored fields, by itself or as a part of one.
Read<std::string> StoredFieldsOf(const fs::path& folder, const Segment& segment) {
  constexpr std::string_view kEnding = ".fdt";
  std::error_code error;
  const fs::path own = folder / (segment.name + std::string(kEnding));
  if (fs::exists(own, error)) {
    return FileOf(own);
  }
  const auto places = FileOf(folder / (segment.name + ".cfe"));
  if (!places) {
    return std::unexpected(places.error());
  }
  StreamInput input(*places);
  const bool low_first = segment.low_first();
  if (!ReadIndexHeader(input, low_first ? "Lucene90CompoundEntries" : "Lucene50CompoundEntries") ||
      !CodecFooterIsRight(*places)) {
    return std::unexpected(segment.name + ".cfe is damaged, or its format is not known");
  }
  for (uint32_t left = input.VariableInt(); left > 0 && input.ok(); --left) {
    const std::string_view name = input.SizedBytes();
    const uint64_t begin = LongOf(input, low_first);
    const uint64_t size = LongOf(input, low_first);
    if (name == kEnding) {
      const auto whole = FileOf(folder / (segment.name + ".cfs"));
      return whole && begin <= whole->size() && size <= whole->size() - begin
                 ? Read<std::string>(whole->substr(begin, size))
                 : std::unexpected(segment.name + ".cfs is cut");
    }
  }
  return std::unexpected(segment.name + ".cfe names no stored fields");
}

/// A bit for each document that is still there; nothing: all are.
Read<std::optional<std::vector<uint64_t>>> LiveOf(const fs::path& folder, const Segment& segment) {
  if (segment.deletions == kNone) {
    return std::nullopt;
  }
  std::string generation(14, '\0');
  const auto [end, error] = std::to_chars(generation.data(), generation.data() + generation.size(),
                                          segment.deletions, kNameBase);
  generation.resize(static_cast<size_t>(end - generation.data()));
  const auto file = FileOf(folder / fmt::format("{}_{}.liv", segment.name, generation));
  if (!file) {
    return std::unexpected(file.error());
  }
  StreamInput input(*file);
  const bool low_first = segment.low_first();
  if (!ReadIndexHeader(input, low_first ? "Lucene90LiveDocs" : "Lucene50LiveDocs") ||
      !CodecFooterIsRight(*file)) {
    return std::unexpected(segment.name + ".liv is damaged, or its format is not known");
  }
  std::vector<uint64_t> live;
  while (input.left() > kCodecFooterBytes) {
    live.push_back(LongOf(input, low_first));
  }
  return live;
}

bool IsLive(const std::optional<std::vector<uint64_t>>& live, uint32_t document) {
  const size_t word = document / 64;
  return !live || (word < live->size() && ((*live)[word] >> document % 64 & 1) != 0);
}

}  // namespace

Read<std::vector<std::string>> ReadLuceneIndex(const fs::path& folder) {
  const std::string last = LastCommit(folder);
  if (last.empty()) {
    return std::unexpected(std::string());
  }
  const auto commit = FileOf(folder / last);
  if (!commit) {
    return std::unexpected(commit.error());
  }
  const auto segments = SegmentsOf(*commit);
  if (!segments) {
    return std::unexpected(segments.error());
  }
  std::vector<std::string> found;
  for (const Segment& segment : *segments) {
    const auto file = StoredFieldsOf(folder, segment);
    if (!file) {
      return std::unexpected(file.error());
    }
    const auto live = LiveOf(folder, segment);
    if (!live) {
      return std::unexpected(live.error());
    }
    auto documents = ReadStoredFields(*file, segment.low_first());
    if (!documents) {
      return std::unexpected(documents.error());
    }
    for (StoredDocument& document : *documents) {
      if (IsLive(*live, document.number)) {
        found.push_back(std::move(document.bytes));
      }
    }
  }
  return found;
}

}  // namespace trafrec::reconcile
