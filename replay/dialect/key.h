#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::dialect {

/// How much of a service a key covers. Wider ones cover the narrower ones that follow, except where
/// a line says otherwise.
enum class Scope : uint8_t {
  kCluster,  ///< everything that the service holds
  kState,    ///< the cluster's metadata as far as they are only looked at (health, settings,
             ///< templates …). Only kCluster and index administration write them: monitoring orders
             ///< no documents
  kIndex,    ///< an index with its documents, by name, alias or pattern
  kDocument,  ///< one document
  kContext,   ///< what a service remembers for one client: a scroll, a point in time, a task
  kPath,      ///< plain HTTP: one resource
};

/// Something that an operation reads or writes. Names are those of the request: which index an
/// alias stands for, and what a pattern met, only the service knew. Use Meet to compare.
struct Key {
  Scope scope = Scope::kCluster;
  bool write = false;
  /// Index, alias, or pattern with '*'; "cluster:index" is on another cluster. The context's id.
  /// The normalised path and query of kPath.
  std::string name{};
  std::string id{};       ///< of a document; "" if the service gave it one: the answer tells it
  std::string routing{};  ///< of a document; "" is by its id

  bool operator==(const Key&) const = default;
};

/// Whether both can touch the same thing. Errs towards yes where a pattern is involved. An id that
/// the service gave meets no document: give the key the id of the answer first.
bool Meet(const Key& a, const Key& b);

/// Whether the order of two operations with these keys matters: they meet, and one writes.
inline bool Conflict(const Key& a, const Key& b) { return (a.write || b.write) && Meet(a, b); }

/// The document among them; null: they name none.
const Key* FindDocument(const std::vector<Key>& keys);

/// Whether a name, in which '*' is a letter, fits a pattern, in which it stands for any text.
/// Linear for one star, at worst their product, which limits.h bounds: beyond, it fits.
bool NameFits(std::string_view pattern, std::string_view name);

/// Whether some name fits both, each a name or a pattern in which '*' stands for any text.
bool NamesMeet(std::string_view a, std::string_view b);

}  // namespace trafrec::dialect
