#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "reassembly/dissection/segment.h"
#include "reassembly/stream/memory_account.h"

namespace trafrec::reassembly {

/// Gives small numbers to the lists of encapsulation tags that live connections have, so that a
/// connection keeps four bytes of them. Counts references: a list that no connection has any more
/// is forgotten, so a sender who invents tags fills nothing. 0 is the empty list.
class EncapsulationTable {
 public:
  using Ids = std::vector<store::EncapsulationId>;

  /// Each list is charged to `memory`: whoever sends can make one for every connection.
  explicit EncapsulationTable(MemoryAccount& memory) : memory_(memory) {}

  /// Number of a list that some connection has; 0 with `known` false for one that none has.
  uint32_t Find(const Ids& ids, bool& known) const;
  /// Takes a reference.
  uint32_t Acquire(const Ids& ids);
  void Release(uint32_t number);
  const Ids& ids(uint32_t number) const;
  /// No number in use is greater.
  uint32_t greatest() const { return static_cast<uint32_t>(entries_.size()); }

 private:
  struct Less {
    bool operator()(const Ids& a, const Ids& b) const;
  };
  using Numbers = std::map<Ids, uint32_t, Less>;
  struct Entry {
    Numbers::iterator place;
    uint32_t references = 0;
  };

  static size_t ChargeOf(const Ids& ids);

  MemoryAccount& memory_;
  Numbers numbers_;
  std::vector<Entry> entries_;  // entries_[number - 1]
  std::vector<uint32_t> free_;
  Ids none_;
};

/// The tags that tell address spaces apart: two tenants may use the same addresses under different
/// ones. Not VLAN, MPLS or PPPoE, which often tag one direction only, and not a GTP-U tunnel id,
/// which each end chooses for its own direction, so that the two directions of one connection carry
/// different ones.
EncapsulationTable::Ids OverlayIds(const EncapsulationPath& path);

}  // namespace trafrec::reassembly
