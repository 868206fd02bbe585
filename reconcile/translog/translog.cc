#include "reconcile/translog/translog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <system_error>

#include "reconcile/translog/generation.h"
#include "reconcile/translog/limits.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCurrentCheckpoint = "translog.ckp";

std::string LogName(uint64_t generation) { return fmt::format("translog-{}.tlog", generation); }
std::string CheckpointName(uint64_t generation) {
  return fmt::format("translog-{}.ckp", generation);
}

/// The number in "translog-N.tlog".
std::optional<uint64_t> GenerationOf(const std::string& name) {
  uint64_t number = 0;
  const std::string_view begin = "translog-";
  const char* first = name.data() + std::min(begin.size(), name.size());
  const auto [end, error] = std::from_chars(first, name.data() + name.size(), number);
  return error == std::errc() && name == LogName(number) ? std::optional(number) : std::nullopt;
}

Result<std::vector<uint64_t>> ListGenerations(const fs::path& folder) {
  std::error_code error;
  std::vector<uint64_t> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (const auto generation = GenerationOf(it->path().filename().string())) {
      found.push_back(*generation);
    }
  }
  if (error) {
    return FailErrno(error.value(), fmt::format("cannot read the folder {}", folder.string()));
  }
  if (found.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} holds no translog", folder.string()),
                "name the folder that holds translog.ckp, or a data path above it");
  }
  std::ranges::sort(found);
  return found;
}

class FolderReader {
 public:
  FolderReader(const fs::path& folder, const TranslogVisitor& visit)
      : folder_(folder), visit_(visit) {}

  Result<TranslogReport> Read() {
    TRY_ASSIGN(const std::vector<uint64_t> generations, ListGenerations(folder_));
    report_.checkpoint = CheckpointIn(std::string(kCurrentCheckpoint));
    for (const uint64_t generation : generations) {
      if (report_.checkpoint && generation < report_.checkpoint->min_generation) {
        ++report_.retired;
        continue;
      }
      TellMissing(generation);
      TRY(ReadGeneration(generation));
      next_ = generation + 1;
    }
    if (report_.checkpoint) {
      TellMissing(report_.checkpoint->generation + 1);
    }
    return std::move(report_);
  }

 private:
  void Tell(const std::string& file, uint64_t offset, std::string what) {
    if (report_.damages.size() < limits::kTranslogDamages) {
      report_.damages.push_back({file, offset, std::move(what)});
    } else {
      ++report_.more_damages;
    }
  }

  /// Generations between the last one read and this one.
  void TellMissing(uint64_t generation) {
    const auto first = next_ ? next_ : report_.checkpoint.transform([](const auto& current) {
      return current.min_generation;
    });
    if (first && *first < generation) {
      Tell(LogName(*first), 0,
           *first + 1 == generation
               ? "it is missing"
               : fmt::format("it and {} after it are missing", generation - *first - 1));
    }
  }

  std::optional<TranslogCheckpoint> CheckpointIn(const std::string& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::string bytes(limits::kCheckpointBytes, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(file.gcount()));
    if (bytes.empty()) {
      Tell(name, 0, "it is missing, or cannot be read");
      return std::nullopt;
    }
    const auto read = ReadCheckpoint(bytes);
    if (!read) {
      Tell(name, 0, read.error());
      return std::nullopt;
    }
    return *read;
  }

  /// A generation that the source began after it wrote the checkpoint that we have has none, and
  /// one that it has just ended may have its checkpoint in both places.
  std::optional<TranslogCheckpoint> CheckpointOf(uint64_t generation) {
    const auto& current = report_.checkpoint;
    if (current && current->generation == generation) {
      return current;
    }
    if (current && current->generation < generation) {
      return std::nullopt;
    }
    const std::string name = CheckpointName(generation);
    std::error_code error;
    if (!current && !fs::exists(folder_ / name, error)) {
      return std::nullopt;  // that no checkpoint is known was told
    }
    auto own = CheckpointIn(name);
    if (own && own->generation != generation) {
      Tell(name, 0, fmt::format("it is that of generation {}", own->generation));
      return std::nullopt;
    }
    return own;
  }

  Status ReadGeneration(uint64_t generation) {
    const std::string name = LogName(generation);
    std::error_code error;
    const uint64_t size = fs::file_size(folder_ / name, error);
    std::ifstream file(folder_ / name, std::ios::binary);
    if (error == std::errc::no_such_file_or_directory) {
      Tell(name, 0, "the source deleted it meanwhile");
      return {};
    }
    if (error || !file) {
      return FailErrno(error ? error.value() : errno,
                       fmt::format("cannot read {}", (folder_ / name).string()));
    }
    ++report_.generations;
    const auto checkpoint = CheckpointOf(generation);
    GenerationReader reader(file, size);
    const auto header = reader.ReadHeader();
    if (!header) {
      Tell(name, 0, header.error());
      return {};
    }
    if (report_.uuid.empty()) {
      report_.uuid = header->uuid;
    } else if (report_.uuid != header->uuid) {
      Tell(name, 0, "it belongs to another translog than the files before it: not read");
      return {};
    }
    return ReadOperations(generation, checkpoint, reader);
  }

  Status ReadOperations(uint64_t generation, const std::optional<TranslogCheckpoint>& checkpoint,
                        GenerationReader& reader) {
    const std::string name = LogName(generation);
    const uint64_t synced_bytes = checkpoint ? checkpoint->offset : 0;
    for (;;) {
      const GenerationReader::Step step = reader.Next();
      if (step == GenerationReader::Step::kEnd) {
        if (reader.end() < synced_bytes) {
          Tell(name, reader.end(),
               fmt::format("it ends here, {} bytes before its checkpoint",
                           synced_bytes - reader.end()));
        }
        return {};
      }
      if (step == GenerationReader::Step::kCut) {
        TellCut(name, synced_bytes, reader);
        return {};
      }
      if (step == GenerationReader::Step::kDamage) {
        Tell(name, reader.begin(), reader.trouble());
        continue;
      }
      TranslogOperation operation = reader.operation();
      operation.generation = generation;
      operation.synced = reader.end() <= synced_bytes;
      if (checkpoint && checkpoint->trims() &&
          operation.seq_no > checkpoint->trimmed_above_seq_no) {
        ++report_.trimmed;
        continue;
      }
      ++report_.operations;
      report_.unsynced += operation.synced ? 0 : 1;
      TRY(visit_(operation));
    }
  }

  void TellCut(const std::string& name, uint64_t synced_bytes, const GenerationReader& reader) {
    if (reader.begin() < synced_bytes || report_.torn_tail) {
      Tell(name, reader.begin(), reader.trouble());
    } else {
      report_.torn_tail = TranslogDamage{name, reader.begin(), reader.trouble()};
    }
  }

  const fs::path& folder_;
  const TranslogVisitor& visit_;
  TranslogReport report_;
  std::optional<uint64_t> next_;  // the generation that must come
};

}  // namespace

Result<TranslogReport> ReadTranslog(const fs::path& folder, const TranslogVisitor& visit) {
  return FolderReader(folder, visit).Read();
}

std::string InWords(const TranslogDamage& damage) {
  return fmt::format("{}, byte {}: {}", damage.file, damage.offset, damage.what);
}

}  // namespace trafrec::reconcile
