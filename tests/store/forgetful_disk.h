#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "store/format/records.h"
#include "tests/store/watched_disk.h"

namespace trafrec::store {

/// Writes down all that is done to the files below one folder, and can then say what a disk holds
/// if the power fails at any point: all that was synced, and of the rest nothing, or whatever part
/// of it chance has let through. Entries of directories are lost like bytes of files.
class ForgetfulDisk final : public DiskWatcher {
 public:
  /// `holds_sealer`: sealing waits for LetSeal, as if it had much to do.
  ForgetfulDisk(std::filesystem::path folder, bool holds_sealer)
      : folder_(std::move(folder)), sealer_held_(holds_sealer) {}

  DiskAnswer OnCall(const DiskCall& call) override;
  /// What the recorder says at this point survives a power loss.
  void NoteDurable(const Marks& marks);
  void LetSeal();

  /// Points at which the power may fail: 0 … points().
  size_t points() const { return steps_.size(); }
  /// True if the step before the point was a sync: only then does less get lost.
  bool after_sync(size_t point) const {
    return point > 0 && steps_[point - 1].call.kind == DiskCall::Kind::kSync;
  }
  Marks durable_at(size_t point) const;

  /// Makes in `into` what is left. `chance` null: nothing that was not synced.
  void Restore(size_t point, std::mt19937_64* chance, const std::filesystem::path& into) const;

 private:
  struct Step {
    DiskCall call;      // its path relative to the folder, and no bytes
    std::string bytes;  // of a write
    bool is_note = false;
    Marks durable;
  };
  struct Content {
    std::string synced;
    std::vector<const Step*> waiting;  // writes and truncations
  };
  /// A file system: files by number, and names that point to them.
  struct State {
    std::vector<Content> files;
    std::map<std::string, size_t> names;                       // as the running system sees them
    std::map<std::string, size_t> synced_names;                // as the disk has them
    std::vector<std::pair<std::string, const Step*>> waiting;  // changes of names, by directory
    std::map<const Step*, size_t> file_of;  // of the steps that make or move a name
  };

  static void Apply(const Step& step, std::string& content);
  static void Take(const Step& step, State& state);
  static void Rename(const Step& step, State& state, std::map<std::string, size_t>& names);
  static void SyncDirectory(const std::string& directory, State& state);

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable sealer_may_go_;
  bool sealer_held_;
  std::vector<Step> steps_;
};

}  // namespace trafrec::store
