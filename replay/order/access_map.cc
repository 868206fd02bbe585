#include "replay/order/access_map.h"

#include <algorithm>

namespace trafrec::order {

using dialect::Key;
using dialect::Scope;

AccessMap::Names& AccessMap::NamesOf(Scope scope) {
  return scope == Scope::kContext ? contexts_ : scope == Scope::kPath ? paths_ : indices_;
}

AccessMap::Named& AccessMap::Find(Names& names, const std::string& name, uint64_t now) {
  std::unique_ptr<Named>& found = names.all[name];
  if (found == nullptr) {
    found = std::make_unique<Named>();
    found->name = name;
    found->wild = name.find('*') != std::string::npos;
    if (found->wild) {
      names.wild.push_back(found.get());
    }
    ++names.generation;
    ++places_;
    ages_.Add(now, {&names, found.get(), nullptr});
  }
  found->touched = now;
  return *found;
}

const std::vector<AccessMap::Named*>& AccessMap::MetBy(Names& names, Named& named) {
  if (named.met_at == names.generation) {
    return named.met;
  }
  named.met_at = names.generation;
  named.met.assign(1, &named);
  const auto consider = [&named](Named* other) {
    if (other != &named && dialect::NamesMeet(named.name, other->name)) {
      named.met.push_back(other);
    }
  };
  if (named.wild) {
    for (const auto& [name, other] : names.all) {
      consider(other.get());
    }
    // The map's order is not the log's.
    std::ranges::sort(named.met, {}, &Named::name);
  } else {
    std::ranges::for_each(names.wild, consider);
  }
  return named.met;
}

void AccessMap::Look(const Key& key, uint64_t now, Places& met, std::vector<Own>* own) {
  const auto remember_at = [&](Accesses& place) {
    if (own != nullptr) {
      own->push_back({&place, key.write});
    }
  };
  remember_at(everything_);
  if (key.scope == Scope::kCluster) {
    met.push_back(&everything_);
    remember_at(cluster_);
    return;
  }
  met.push_back(&cluster_);
  if (key.scope == Scope::kState) {
    met.push_back(&state_);
    remember_at(state_);
    return;
  }
  Names& names = NamesOf(key.scope);
  Named& named = Find(names, key.name, now);
  const bool document = key.scope == Scope::kDocument && !named.wild;
  for (Named* each : MetBy(names, named)) {
    met.push_back(&each->whole);
    if (!document) {
      met.push_back(&each->parts);
    }
  }
  remember_at(document ? named.parts : named.whole);
  if (document && !key.id.empty()) {
    Accesses* const accesses = FindDocument(names, named, key.id, now, own != nullptr);
    if (accesses != nullptr) {
      met.push_back(accesses);
      remember_at(*accesses);
    }
  }
}

/// Null: nobody touched it, and nobody is to be remembered there.
Accesses* AccessMap::FindDocument(Names& names, Named& named, const std::string& id, uint64_t now,
                                  bool remember) {
  if (!remember) {
    const auto found = named.documents.find(id);
    return found == named.documents.end() ? nullptr : &found->second.accesses;
  }
  const auto [found, is_new] = named.documents.try_emplace(id);
  if (is_new) {
    ++places_;
    ages_.Add(now, {&names, &named, &found->first});
  }
  found->second.touched = now;
  return &found->second.accesses;
}

void AccessMap::Forget(uint64_t now, uint64_t window) {
  ages_.Look(now, window, [this, before = now - window](const Place& place) {
    return place.id != nullptr ? ForgetDocument(*place.named, *place.id, before)
                               : ForgetName(*place.names, *place.named, before);
  });
}

bool AccessMap::ForgetDocument(Named& named, const std::string& id, uint64_t before) {
  const auto found = named.documents.find(id);
  if (found->second.touched > before) {
    return false;
  }
  named.documents.erase(found);
  --places_;
  return true;
}

bool AccessMap::ForgetName(Names& names, Named& named, uint64_t before) {
  if (named.touched > before || !named.documents.empty()) {
    return false;
  }
  if (named.wild) {
    std::erase(names.wild, &named);
  }
  names.all.erase(names.all.find(named.name));
  ++names.generation;
  --places_;
  return true;
}

}  // namespace trafrec::order
