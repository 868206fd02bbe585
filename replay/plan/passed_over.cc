#include "replay/plan/passed_over.h"

#include <algorithm>

namespace trafrec::plan {

using dialect::Key;
using dialect::Scope;

namespace {

/// One thing, by its whole name: two such keys meet if their texts are the same.
bool IsExact(const Key& key) {
  return (key.scope == Scope::kDocument || key.scope == Scope::kPath) &&
         key.name.find('*') == std::string::npos;
}

std::string TextOf(const Key& key) {
  std::string text(1, key.scope == Scope::kDocument ? 'd' : 'p');
  return text.append(key.name).append(1, '\0').append(key.id);
}

}  // namespace

void HeldKeys::Add(const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    if (!IsExact(key)) {
      wide_.push_back(key);
    } else if (!exact_.insert(TextOf(key)).second) {
      continue;
    }
    all_.push_back(key);
  }
}

bool HeldKeys::Meets(const std::vector<Key>& keys) const {
  return std::ranges::any_of(keys, [this](const Key& key) { return MeetsOne(key); });
}

bool HeldKeys::MeetsOne(const Key& key) const {
  const auto conflicts = [&key](const Key& held) { return dialect::Conflict(key, held); };
  if (!IsExact(key)) {
    return std::ranges::any_of(all_, conflicts);
  }
  return exact_.contains(TextOf(key)) || std::ranges::any_of(wide_, conflicts);
}

void HeldKeys::Clear() {
  exact_.clear();
  wide_.clear();
  all_.clear();
}

void PassedOverList::Add(Entry entry) {
  held_.Add(entry.keys);
  const std::pair at{entry.what.began_at, entry.what.id};
  entries_.insert_or_assign(at, std::move(entry));
}

const PassedOverList::Entry* PassedOverList::Find(TimeNs began_at,
                                                  const store::ExchangeId& id) const {
  const auto found = entries_.find({began_at, id});
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<PassedOverList::Entry> PassedOverList::Take() {
  std::vector<Entry> all;
  for (auto& [at, entry] : entries_) {
    all.push_back(std::move(entry));
  }
  entries_.clear();
  held_.Clear();
  return all;
}

std::vector<PassedOverList::Entry*> PassedOverList::Open() {
  std::vector<Entry*> open;
  for (auto& [at, entry] : entries_) {
    if (entry.open) {
      open.push_back(&entry);
    }
  }
  return open;
}

}  // namespace trafrec::plan
