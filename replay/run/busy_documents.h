#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace trafrec::replay {

struct Flight;

/// Resources that a mutation on its way writes. The next mutation of one waits until its outcome is
/// known, in whatever order the run goes: of a copy without an answer a reading tells what became
/// of it, and would show what the other one left (docs/replay_once.md). By hash: two resources that
/// share one only wait for each other. The loop's thread.
class BusyDocuments {
 public:
  /// 0 is no resource, and never busy.
  bool IsBusy(uint64_t resource) const { return busy_.contains(resource); }

  void Take(uint64_t resource) {
    if (resource != 0) {
      busy_.try_emplace(resource);
    }
  }

  /// Until it is released.
  void Await(uint64_t resource, Flight& flight) { busy_.at(resource).push_back(&flight); }

  /// Returns who waited for it.
  std::vector<Flight*> Release(uint64_t resource) {
    const auto found = busy_.find(resource);
    if (found == busy_.end()) {
      return {};
    }
    std::vector<Flight*> waiting = std::move(found->second);
    busy_.erase(found);
    return waiting;
  }

 private:
  std::unordered_map<uint64_t, std::vector<Flight*>> busy_;
};

}  // namespace trafrec::replay
