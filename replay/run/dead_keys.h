#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "replay/dialect/key.h"
#include "replay/ledger/records.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

/// What dead operations touched: later ones on the same wait for a person. The loop's thread.
class DeadKeys {
 public:
  void Add(const std::vector<dialect::Key>& keys, const ledger::Address& dead) {
    for (const dialect::Key& key : keys) {
      if (keys_.size() >= limits::kDeadKeys) {
        keys_.push_back({{.scope = dialect::Scope::kCluster, .write = true}, dead});
        return;
      }
      // Mappings and connections are in the order only: nobody else has to wait for them.
      const bool made_up = key.scope == dialect::Scope::kPath && !key.name.starts_with('/');
      if (key.write && !made_up) {
        keys_.emplace_back(key, dead);
      }
    }
  }

  bool empty() const { return keys_.empty(); }

  /// The dead one for which these have to wait; nothing: none.
  std::optional<ledger::Address> Blocks(const std::vector<dialect::Key>& keys) const {
    for (const auto& [dead_key, dead] : keys_) {
      for (const dialect::Key& key : keys) {
        // Reads may look at what is there.
        if (key.write && dialect::Conflict(key, dead_key)) {
          return dead;
        }
      }
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<dialect::Key, ledger::Address>> keys_;
};

}  // namespace trafrec::replay
