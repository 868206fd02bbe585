#include "reconcile/translog/shard_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "reconcile/translog/limits.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadable =
    "name the source's data path (path.data) or a copy of it, as a user who may read it";

/// Its checkpoint, or a generation without one: then reading it says what is missing.
bool HoldsFilesOfATranslog(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name == "translog.ckp" || (name.starts_with("translog-") && name.ends_with(".tlog"))) {
      return true;
    }
  }
  return false;
}

/// UUID/NUMBER/translog, where that is more than the names of a person's own folders.
std::optional<ShardFolder> ShardFolderOf(const fs::path& path) {
  if (path.filename() != "translog" || !HoldsFilesOfATranslog(path)) {
    return std::nullopt;
  }
  const std::string shard = path.parent_path().filename().string();
  const std::string uuid = path.parent_path().parent_path().filename().string();
  uint32_t number = 0;
  const char* last = shard.data() + shard.size();
  const auto [end, error] = std::from_chars(shard.data(), last, number);
  if (error != std::errc() || end != last || uuid.empty()) {
    return std::nullopt;
  }
  return ShardFolder{uuid, number, path};
}

}  // namespace

Result<std::vector<ShardFolder>> FindShards(const fs::path& data_path) {
  std::error_code error;
  const fs::path root = fs::canonical(data_path, error);
  if (error) {
    return FailErrno(error.value(), fmt::format("cannot read the folder {}", data_path.string()),
                     kReadable);
  }
  if (auto itself = ShardFolderOf(root)) {
    return std::vector{std::move(*itself)};
  }
  std::vector<ShardFolder> found;
  size_t seen = 0;
  constexpr auto kFollow = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator it(root, kFollow, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code no_folder;
    if (!it->is_directory(no_folder)) {
      continue;
    }
    if (++seen > limits::kDataFolders) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("there are more than {} folders in {}", limits::kDataFolders,
                              data_path.string()),
                  "name the node's data path, or a copy of it");
    }
    auto shard = ShardFolderOf(it->path());
    if (shard || it.depth() + 1 >= limits::kDataFolderDepth) {
      it.disable_recursion_pending();
    }
    if (shard) {
      found.push_back(std::move(*shard));
    }
  }
  if (error) {
    return FailErrno(error.value(),
                     fmt::format("cannot read all folders in {}", data_path.string()), kReadable);
  }
  if (found.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} holds no translog", data_path.string()),
                "name the source's data path (path.data), a copy of it, or a shard's folder in it");
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace trafrec::reconcile
