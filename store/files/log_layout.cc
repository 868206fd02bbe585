#include "store/files/log_layout.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "store/files/file_calls.h"
#include "store/files/files.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

struct SuffixOfState {
  SegmentState state;
  std::string_view suffix;
};
constexpr std::array kSuffixes = {
    SuffixOfState{SegmentState::kOpen, ".open"},
    SuffixOfState{SegmentState::kSealing, ".sealing"},
    SuffixOfState{SegmentState::kSealed, ".sqlite"},
};

std::optional<uint32_t> ParseNumber(std::string_view text, size_t digits_min) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.size() >= digits_min ? std::optional(number) : std::nullopt;
}

std::string NewLogId() {
  std::array<uint8_t, 16> random{};
  // Sixteen bytes come whole once the kernel has entropy (getrandom(2)).
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return {};
  }
  std::string id;
  for (const uint8_t byte : random) {
    id += fmt::format("{:02x}", byte);
  }
  return id;
}

/// log.json appears whole or not at all: link refuses to replace the one of another maker.
Status MakeLogIdentity(const fs::path& log) {
  const std::string id = NewLogId();
  if (id.empty()) {
    return FailErrno(errno, "cannot get random bytes for the log's id");
  }
  const nlohmann::ordered_json identity = {
      {"format", kLogFormat}, {"log_id", id}, {"created", FormatTime(WallClockNow())}};
  const fs::path temporary = log / fmt::format(".log.json.{}", getpid());
  Status made = WriteSynced(temporary, identity.dump(2) + "\n");
  if (made && Files().Link(temporary.c_str(), (log / "log.json").c_str()) != 0 && errno != EEXIST) {
    made = FailErrno(errno, "cannot make " + (log / "log.json").string());
  }
  static_cast<void>(RemoveFile(temporary));
  TRY(made);
  return SyncDirectory(log);
}

/// A name that only the maker of a log leaves behind, for a moment or after a crash.
bool IsTemporary(const fs::path& path) {
  return path.filename().string().starts_with(".log.json.");
}

template <typename Visit>
Status ForEachEntry(const fs::path& directory, const Visit& visit) {
  std::error_code failure;
  fs::directory_iterator entries(directory, failure);
  for (; !failure && entries != fs::directory_iterator(); entries.increment(failure)) {
    visit(*entries);
  }
  if (failure) {
    return FailErrno(failure.value(), "cannot list " + directory.string());
  }
  return {};
}

/// A copy of a log may have left the locks behind.
bool HasSegments(const fs::path& recorder_directory) {
  const auto attempts = ListAttempts(recorder_directory);
  return attempts && std::ranges::any_of(*attempts, [&](uint32_t attempt) {
           const auto segments = ListSegments(recorder_directory / AttemptDirectoryName(attempt));
           return segments && !segments->empty();
         });
}

std::unexpected<Error> NotALog(const fs::path& log) {
  return Fail(ErrorCode::kUsage, log.string() + " is not a log (it has no log.json)",
              "name the folder of a log; to record, one that is empty or does not exist yet");
}

}  // namespace

Result<LogIdentity> ReadLogIdentity(const fs::path& log) {
  std::error_code failure;
  const fs::file_status status = fs::status(log, failure);
  if (status.type() == fs::file_type::not_found) {
    return Fail(ErrorCode::kNotFound, "there is no log " + log.string(),
                "check the path; trafrec record --log PATH makes one");
  }
  if (failure) {
    return FailErrno(failure.value(), "cannot open the log " + log.string());
  }
  if (!fs::is_directory(status)) {
    return Fail(ErrorCode::kUsage, log.string() + " is not a directory, so it is no log");
  }
  const fs::path path = log / "log.json";
  std::ifstream file(path);
  if (!file) {
    if (errno == ENOENT) {
      return NotALog(log);
    }
    return FailErrno(errno, "cannot read " + path.string());
  }
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer() ||
      !json.contains("log_id") || !json["log_id"].is_string()) {
    return Fail(ErrorCode::kCorrupt, path.string() + " is not what trafrec writes there");
  }
  LogIdentity identity;
  identity.format = json["format"].get<int>();
  identity.log_id = json["log_id"].get<std::string>();
  if (identity.format > kLogFormat) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} has format {}, this program knows formats up to {}", log.string(),
                            identity.format, kLogFormat),
                "use a newer trafrec");
  }
  if (json.contains("created") && json["created"].is_string()) {
    identity.created_at = ParseTime(json["created"].get<std::string>(), 0).value_or(0);
  }
  return identity;
}

Result<LogIdentity> OpenOrMakeLog(const fs::path& log) {
  std::error_code failure;
  const fs::file_status status = fs::status(log, failure);
  if (status.type() == fs::file_type::not_found) {
    TRY(MakeDirectories(log));
  } else if (!fs::status_known(status)) {
    return FailErrno(failure.value(), "cannot look at " + log.string(),
                     "choose a folder that you may write to");
  } else if (!fs::is_directory(status)) {
    return Fail(ErrorCode::kUsage, log.string() + " is not a directory, so it can be no log",
                "name a folder that is empty or does not exist yet");
  }
  if (!fs::exists(log / "log.json", failure)) {
    TRY_ASSIGN(const bool empty, CanBecomeLog(log));
    if (!empty && !fs::exists(log / "log.json", failure)) {
      return NotALog(log);
    }
    TRY(MakeLogIdentity(log));
  }
  return ReadLogIdentity(log);
}

Result<bool> CanBecomeLog(const fs::path& log) {
  std::error_code failure;
  bool empty = true;
  if (fs::exists(log, failure)) {
    TRY(ForEachEntry(log, [&](const fs::directory_entry& entry) {
      empty = empty && IsTemporary(entry.path());
    }));
  }
  return empty;
}

std::string SegmentFileName(uint32_t number, SegmentState state) {
  return fmt::format("{:06}{}", number, kSuffixes.at(static_cast<size_t>(state)).suffix);
}

std::string AttemptDirectoryName(uint32_t attempt) { return fmt::format("{:04}", attempt); }

bool IsRecorderName(const std::string& name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && is_plain(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return is_plain(c) || c == '.' || c == '_' || c == '-'; });
}

Result<std::vector<std::string>> ListRecorders(const fs::path& log) {
  std::vector<std::string> names;
  TRY(ForEachEntry(log, [&](const fs::directory_entry& entry) {
    std::error_code failure;
    const std::string name = entry.path().filename().string();
    if (IsRecorderName(name) && entry.is_directory(failure) &&
        (fs::exists(entry.path() / "lock", failure) || HasSegments(entry.path()))) {
      names.push_back(name);
    }
  }));
  std::ranges::sort(names);
  return names;
}

Result<std::vector<uint32_t>> ListAttempts(const fs::path& recorder_directory) {
  std::vector<uint32_t> attempts;
  TRY(ForEachEntry(recorder_directory, [&](const fs::directory_entry& entry) {
    std::error_code failure;
    const auto number = ParseNumber(entry.path().filename().string(), 4);
    if (number && entry.is_directory(failure)) {
      attempts.push_back(*number);
    }
  }));
  std::ranges::sort(attempts);
  return attempts;
}

Result<std::vector<SegmentFile>> ListSegments(const fs::path& attempt_directory) {
  std::vector<SegmentFile> segments;
  TRY(ForEachEntry(attempt_directory, [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    for (const SuffixOfState& known : kSuffixes) {
      if (!name.ends_with(known.suffix)) {
        continue;
      }
      const std::string_view digits =
          std::string_view(name).substr(0, name.size() - known.suffix.size());
      if (const auto number = ParseNumber(digits, 6)) {
        segments.push_back({*number, known.state, entry.path()});
      }
    }
  }));
  std::ranges::sort(segments, {}, &SegmentFile::number);
  return segments;
}

void RemoveSegment(const fs::path& path) {
  for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
    static_cast<void>(RemoveFile(path.string() + suffix));
  }
}

bool IsInWalMode(const fs::path& segment) {
  // Byte 18 of a database's header is 2 in WAL mode.
  constexpr std::streamoff kWriteVersionAt = 18;
  std::ifstream file(segment, std::ios::binary);
  file.seekg(kWriteVersionAt);
  return file.get() == 2;
}

Result<std::vector<uint32_t>> ListNumbers(const fs::path& attempt_directory,
                                          std::string_view suffix) {
  std::vector<uint32_t> numbers;
  TRY(ForEachEntry(attempt_directory, [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(suffix)) {
      if (const auto number =
              ParseNumber(std::string_view(name).substr(0, name.size() - suffix.size()), 6)) {
        numbers.push_back(*number);
      }
    }
  }));
  std::ranges::sort(numbers);
  return numbers;
}

std::optional<std::string> NetworkFileSystemName(uint64_t magic) {
  struct Known {
    uint64_t magic;
    const char* name;
  };
  // linux/magic.h, and the magic numbers that the file systems outside of it document.
  constexpr std::array kKnown = {
      Known{0x6969, "NFS"},        Known{0x517B, "SMB"},      Known{0xFF534D42, "CIFS"},
      Known{0xFE534D42, "SMB2"},   Known{0x00C36400, "Ceph"}, Known{0x5346414F, "AFS"},
      Known{0x6B414653, "AFS"},    Known{0x73757245, "Coda"}, Known{0x01021997, "9P"},
      Known{0x0BD00BD0, "Lustre"}, Known{0x564C, "NCP"},      Known{0x47504653, "GPFS"},
      Known{0x19830326, "BeeGFS"},
  };
  const auto found = std::ranges::find(kKnown, magic, &Known::magic);
  return found == kKnown.end() ? std::nullopt : std::optional<std::string>(found->name);
}

Status RequireLocalFileSystem(const fs::path& path) {
  struct statfs information{};
  if (Files().FileSystem(path.c_str(), &information) != 0) {
    return FailErrno(errno, "cannot look at the file system of " + path.string());
  }
  // f_type is signed, and some magic numbers have the top bit set.
  if (const auto name = NetworkFileSystemName(static_cast<uint32_t>(information.f_type))) {
    return Fail(ErrorCode::kUnsupported,
                path.string() + " lies on a network file system (" + *name +
                    "), where a live log cannot be written safely (SQLite's WAL needs shared "
                    "memory)",
                "record onto a local disk and copy sealed segments from there");
  }
  return {};
}

}  // namespace trafrec::store
