#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/time.h"
#include "replay/dialect/key.h"
#include "store/reader/log_reader.h"

namespace trafrec::plan {

/// An exchange that the plan went past, or items of it: its outcome at the source is not known yet,
/// or it writes what such a one writes.
struct PassedOver {
  store::ExchangeId id;
  TimeNs began_at = 0;
  std::vector<uint32_t> items{};  ///< ascending; empty: all of it

  bool operator==(const PassedOver&) const = default;
};

/// What operations that were passed over write. Whoever writes the same must not overtake them.
class HeldKeys {
 public:
  void Add(const std::vector<dialect::Key>& keys);
  bool Meets(const std::vector<dialect::Key>& keys) const;
  bool empty() const { return all_.empty(); }
  void Clear();

 private:
  bool MeetsOne(const dialect::Key& key) const;

  std::unordered_set<std::string> exact_;  ///< documents and resources, by name
  std::vector<dialect::Key> wide_;         ///< each of them is compared
  std::vector<dialect::Key> all_;          ///< what is wide is compared with all of these
};

/// All that was passed over, in the order of the log. Memory: some hundred bytes for each, and its
/// keys.
class PassedOverList {
 public:
  struct Entry {
    PassedOver what;
    bool open = false;                 ///< no answer yet
    bool known = false;                ///< `keys` are read
    std::vector<dialect::Key> keys{};  ///< what it writes
    uint64_t counted = 0;              ///< operations, as this process counted them
  };

  void Add(Entry entry);
  /// Null: it was not passed over.
  const Entry* Find(TimeNs began_at, const store::ExchangeId& id) const;
  /// What those that are left write.
  const HeldKeys& held() const { return held_; }
  size_t size() const { return entries_.size(); }
  /// All of them, for the caller to sort out: it adds again what stays.
  std::vector<Entry> Take();
  /// Entries that are open, to be looked at again.
  std::vector<Entry*> Open();

 private:
  std::map<std::pair<TimeNs, store::ExchangeId>, Entry> entries_;
  HeldKeys held_;
};

}  // namespace trafrec::plan
