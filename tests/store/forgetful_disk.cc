#include "tests/store/forgetful_disk.h"

#include <algorithm>
#include <fstream>

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using Kind = DiskCall::Kind;

/// SQLite's shared memory dies with the machine, and a directory of the test is none of the log's.
bool IsOnDisk(const fs::path& relative) {
  return !relative.empty() && !relative.string().ends_with("-shm") &&
         !relative.string().starts_with("..");
}

bool Changes(const DiskCall& call) {
  switch (call.kind) {
    case Kind::kOpen:
      return call.creates;
    case Kind::kWrite:
    case Kind::kTruncate:
    case Kind::kSync:
    case Kind::kRemove:
    case Kind::kRename:
    case Kind::kLink:
    case Kind::kMakeDirectory:
      return true;
    default:
      return false;
  }
}

constexpr size_t kDirectory = SIZE_MAX;

}  // namespace

DiskAnswer ForgetfulDisk::OnCall(const DiskCall& call) {
  const fs::path relative = call.path.lexically_relative(folder_);
  if (!Changes(call) || !IsOnDisk(relative)) {
    return DiskAnswer::kDone;
  }
  Step step{.call = call, .bytes = std::string(AsText(call.bytes)), .durable = {}};
  step.call.path = relative;
  step.call.bytes = {};
  if (!call.to.empty()) {
    step.call.to = call.to.lexically_relative(folder_);
  }
  const std::lock_guard lock(mutex_);
  steps_.push_back(std::move(step));
  return DiskAnswer::kDone;
}

void ForgetfulDisk::NoteDurable(const Marks& marks) {
  const std::lock_guard lock(mutex_);
  steps_.push_back({.call = {}, .bytes = {}, .is_note = true, .durable = marks});
}

Marks ForgetfulDisk::durable_at(size_t point) const {
  Marks marks;
  for (size_t i = 0; i < point; ++i) {
    marks = steps_[i].is_note ? steps_[i].durable : marks;
  }
  return marks;
}

void ForgetfulDisk::Apply(const Step& step, std::string& content) {
  const auto offset = static_cast<size_t>(step.call.offset);
  if (step.call.kind == Kind::kTruncate) {
    content.resize(offset);
    return;
  }
  content.resize(std::max(content.size(), offset + step.bytes.size()));
  content.replace(offset, step.bytes.size(), step.bytes);
}

void ForgetfulDisk::Rename(const Step& step, State& state, std::map<std::string, size_t>& names) {
  const std::string path = step.call.path.string();
  switch (step.call.kind) {
    case Kind::kRemove:
      names.erase(path);
      break;
    case Kind::kRename:
      names.erase(path);
      names[step.call.to.string()] = state.file_of[&step];
      break;
    case Kind::kLink:
      names[step.call.to.string()] = state.file_of[&step];
      break;
    default:
      names[path] = state.file_of[&step];
      break;
  }
}

void ForgetfulDisk::SyncDirectory(const std::string& directory, State& state) {
  for (const auto& [where, step] : state.waiting) {
    if (where == directory) {
      Rename(*step, state, state.synced_names);
    }
  }
  std::erase_if(state.waiting, [&](const auto& change) { return change.first == directory; });
}

void ForgetfulDisk::Take(const Step& step, State& state) {
  if (step.is_note) {
    return;
  }
  const std::string path = step.call.path.string();
  const auto known = state.names.find(path);
  const std::string directory = step.call.path.parent_path().string();
  switch (step.call.kind) {
    case Kind::kWrite:
    case Kind::kTruncate:
      if (known != state.names.end()) {
        state.files[known->second].waiting.push_back(&step);
      }
      return;
    case Kind::kSync:
      if (path == "." || (known != state.names.end() && known->second == kDirectory)) {
        SyncDirectory(path == "." ? "" : path, state);
      } else if (known != state.names.end()) {
        Content& content = state.files[known->second];
        for (const Step* waiting : std::exchange(content.waiting, {})) {
          Apply(*waiting, content.synced);
        }
        if (step.call.syncs_directory) {
          SyncDirectory(directory, state);
        }
      }
      return;
    case Kind::kOpen:
      state.file_of[&step] = state.files.size();
      state.files.emplace_back();
      break;
    case Kind::kMakeDirectory:
      state.file_of[&step] = kDirectory;
      break;
    default:
      if (known == state.names.end()) {
        return;
      }
      state.file_of[&step] = known->second;
      break;
  }
  Rename(step, state, state.names);
  state.waiting.emplace_back(directory, &step);
  if (step.call.kind == Kind::kRemove && step.call.syncs_directory) {
    SyncDirectory(directory, state);
  }
}

void ForgetfulDisk::Restore(size_t point, std::mt19937_64* chance, const fs::path& into) const {
  State state;
  for (size_t i = 0; i < point; ++i) {
    Take(steps_[i], state);
  }
  if (chance != nullptr) {
    // A file system keeps the order of its names, and none among the bytes of files.
    const size_t kept = (*chance)() % (state.waiting.size() + 1);
    for (size_t i = 0; i < kept; ++i) {
      Rename(*state.waiting[i].second, state, state.synced_names);
    }
    for (Content& content : state.files) {
      for (const Step* waiting : content.waiting) {
        if ((*chance)() % 2 == 0) {
          Apply(*waiting, content.synced);
        }
      }
    }
  }
  fs::create_directories(into);
  for (const auto& [name, file] : state.synced_names) {  // directories before what is in them
    if (file == kDirectory) {
      fs::create_directory(into / name);
    } else if (fs::exists((into / name).parent_path())) {
      std::ofstream(into / name, std::ios::binary) << state.files[file].synced;
    }
  }
}

}  // namespace trafrec::store
