#include "reconcile/translog/index_state.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "reconcile/translog/codec_file.h"
#include "reconcile/translog/limits.h"
#include "reconcile/translog/smile.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kVersion = 1;
/// The kind of its content; others were never written by default.
constexpr int32_t kSmile = 1;

/// The number in "PREFIX-N.st".
std::optional<uint64_t> GenerationOf(std::string_view name, std::string_view prefix) {
  uint64_t number = 0;
  if (!name.starts_with(prefix) || !name.substr(prefix.size()).starts_with('-')) {
    return std::nullopt;
  }
  const char* first = name.data() + prefix.size() + 1;
  const auto [end, error] = std::from_chars(first, name.data() + name.size(), number);
  return error == std::errc() && std::string_view(end, name.data() + name.size()) == ".st"
             ? std::optional(number)
             : std::nullopt;
}

/// The index of which a state is.
std::optional<IndexSettings> IndexIn(const std::string& json) {
  std::vector<IndexSettings> found = ReadSettingsAnswer(json);
  const bool one = found.size() == 1 && !found[0].uuid.empty();
  return one ? std::optional(std::move(found[0])) : std::nullopt;
}

std::string ContentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::expected<std::string, std::string> ReadStateFile(std::string_view file) {
  StreamInput input(file);
  const auto version = ReadCodecHeader(input, "state");
  if (version != kVersion || input.Int() != kSmile || input.left() < kCodecFooterBytes) {
    return std::unexpected("its format is not known");
  }
  if (!CodecFooterIsRight(file)) {
    return std::unexpected("its checksum is wrong");
  }
  return JsonOfSmile(input.Bytes(input.left() - kCodecFooterBytes));
}

Result<std::string> ReadLatestState(const fs::path& folder, std::string_view prefix) {
  std::error_code error;
  std::optional<uint64_t> latest;
  for (fs::directory_iterator it(folder / "_state", error), end; !error && it != end;
       it.increment(error)) {
    const auto generation = GenerationOf(it->path().filename().string(), prefix);
    latest = generation && (!latest || *generation > *latest) ? generation : latest;
  }
  if (!latest) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("{} does not say of which index it is", folder.string()),
                "copy the folder _state beside the shards, too");
  }
  const fs::path path = folder / "_state" / fmt::format("{}-{}.st", prefix, *latest);
  if (const auto size = fs::file_size(path, error); error || size > limits::kIndexStateBytes) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} cannot be read, or is too large", path.string()));
  }
  auto state = ReadStateFile(ContentOf(path));
  if (!state) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} cannot be read: {}", path.string(), state.error()));
  }
  return std::move(*state);
}

std::expected<IndexSettings, std::string> ReadIndexState(std::string_view file) {
  const auto json = ReadStateFile(file);
  if (!json) {
    return std::unexpected(json.error());
  }
  auto index = IndexIn(*json);
  if (!index) {
    return std::unexpected("it is no state of an index");
  }
  return *std::move(index);
}

Result<IndexSettings> ReadIndexFolder(const fs::path& folder) {
  TRY_ASSIGN(const std::string json, ReadLatestState(folder, "state"));
  auto index = IndexIn(json);
  if (!index) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the state in {} is none of an index", folder.string()));
  }
  return *std::move(index);
}

}  // namespace trafrec::reconcile
