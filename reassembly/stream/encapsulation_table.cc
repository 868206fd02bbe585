#include "reassembly/stream/encapsulation_table.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace trafrec::reassembly {

bool EncapsulationTable::Less::operator()(const Ids& a, const Ids& b) const {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
        return std::tie(left.kind, left.id) < std::tie(right.kind, right.id);
      });
}

uint32_t EncapsulationTable::Find(const Ids& ids, bool& known) const {
  if (ids.empty()) {
    known = true;
    return 0;
  }
  const auto found = numbers_.find(ids);
  known = found != numbers_.end();
  return known ? found->second : 0;
}

uint32_t EncapsulationTable::Acquire(const Ids& ids) {
  if (ids.empty()) {
    return 0;
  }
  const auto [place, is_new] = numbers_.try_emplace(ids, 0);
  if (is_new) {
    if (free_.empty()) {
      entries_.emplace_back();
      place->second = static_cast<uint32_t>(entries_.size());
    } else {
      place->second = free_.back();
      free_.pop_back();
    }
    entries_[place->second - 1] = {place, 0};
    memory_.used_bytes += ChargeOf(ids);
  }
  ++entries_[place->second - 1].references;
  return place->second;
}

void EncapsulationTable::Release(uint32_t number) {
  if (number == 0) {
    return;
  }
  Entry& entry = entries_[number - 1];
  CHECK(entry.references > 0);
  if (--entry.references == 0) {
    memory_.used_bytes -= ChargeOf(entry.place->first);
    numbers_.erase(entry.place);
    free_.push_back(number);
  }
}

size_t EncapsulationTable::ChargeOf(const Ids& ids) {
  constexpr size_t kNodeBytes = 64 + sizeof(Numbers::value_type);  // with what the allocator adds
  return kNodeBytes + sizeof(Entry) + ids.size() * sizeof(store::EncapsulationId);
}

const EncapsulationTable::Ids& EncapsulationTable::ids(uint32_t number) const {
  return number == 0 ? none_ : entries_[number - 1].place->first;
}

EncapsulationTable::Ids OverlayIds(const EncapsulationPath& path) {
  using Kind = store::EncapsulationId::Kind;
  EncapsulationTable::Ids ids;
  for (const store::EncapsulationId& id : path.ids()) {
    switch (id.kind) {
      case Kind::kGre:
        if (id.id != 0) {
          ids.push_back(id);
        }
        break;
      case Kind::kVxlan:
      case Kind::kGeneve:
      case Kind::kErspan:
        ids.push_back(id);
        break;
      default:
        break;
    }
  }
  return ids;
}

}  // namespace trafrec::reassembly
