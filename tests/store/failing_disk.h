#pragma once

#include <atomic>
#include <cstdint>

#include "tests/store/watched_disk.h"

// Disks that fail one call, or all from one on.

namespace trafrec::store {

struct Fault {
  const char* name;
  DiskAnswer answer;
  bool (*hits)(const DiskCall& call);
  bool lasting;  ///< all calls after it fail too
};

inline bool Any(const DiskCall& /*call*/) { return true; }
inline bool Writes(const DiskCall& call) { return call.kind == DiskCall::Kind::kWrite; }
inline bool Syncs(const DiskCall& call) { return call.kind == DiskCall::Kind::kSync; }
inline bool TakesSpace(const DiskCall& call) {
  using Kind = DiskCall::Kind;
  return call.kind == Kind::kWrite || call.kind == Kind::kAllocate ||
         call.kind == Kind::kMakeDirectory || call.kind == Kind::kLink ||
         (call.kind == Kind::kOpen && call.creates);
}

class FailingDisk final : public DiskWatcher {
 public:
  /// Fails the call of this ordinal, from 1, among those that the fault hits. 0: none.
  FailingDisk(const Fault& fault, uint64_t ordinal) : fault_(fault), ordinal_(ordinal) {}

  DiskAnswer OnCall(const DiskCall& call) override {
    if (!fault_.hits(call)) {
      return DiskAnswer::kDone;
    }
    const uint64_t number = ++calls_;
    const bool fails = ordinal_ != 0 && (fault_.lasting ? number >= ordinal_ : number == ordinal_);
    return fails ? fault_.answer : DiskAnswer::kDone;
  }
  uint64_t calls() const { return calls_; }

 private:
  const Fault& fault_;
  const uint64_t ordinal_;
  std::atomic<uint64_t> calls_ = 0;
};

}  // namespace trafrec::store
