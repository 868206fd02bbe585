#include "store/writer/store_tally.h"

#include <string>

namespace trafrec::store {

Counters StoreTally::ToCounters() const {
  Counters counters;
  const auto add_sum = [&](const std::string& name, const std::string& unit, auto member) {
    const auto load = [&](const Sum& sum) { return (sum.*member).load(std::memory_order_relaxed); };
    const uint64_t stored = load(fates_[0]);
    const uint64_t load_shed = load(fates_[1]);
    const uint64_t disk_shed = load(fates_[2]);
    // Read last, so that what moves on meanwhile is counted as queued, never as negative.
    const uint64_t put = load(put_);
    counters.push_back({name + unit, "", put});
    counters.push_back({name + ".stored" + unit, name + unit, stored});
    counters.push_back({name + ".shed.load" + unit, name + unit, load_shed});
    counters.push_back({name + ".shed.disk_full" + unit, name + unit, disk_shed});
    counters.push_back(
        {name + ".queued" + unit, name + unit, put - stored - load_shed - disk_shed});
  };
  add_sum("store.messages", "", &Sum::messages);
  add_sum("store.exchanges", "", &Sum::exchanges);
  add_sum("store.records", "_bytes", &Sum::raw_bytes);
  return counters;
}

}  // namespace trafrec::store
