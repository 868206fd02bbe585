#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "replay/dialect/key.h"
#include "replay/order/age_queue.h"
#include "replay/order/chain.h"

namespace trafrec::order {

/// What was done at one place: its reads and its writes, those of each recorder apart, because the
/// clocks of two differ.
class Accesses {
 public:
  struct ByClock {
    Chain near;                    ///< for operations with the same clock
    std::unique_ptr<Chain> far{};  ///< for those with another one; null: nothing is kept for them
  };

  ByClock& Of(bool write, uint32_t clock) {
    auto& clocks = by_kind_[write ? 1 : 0];
    if (clocks.size() <= clock) {
      clocks.resize(clock + 1);
    }
    return clocks[clock];
  }
  std::vector<ByClock>& All(bool write) { return by_kind_[write ? 1 : 0]; }

 private:
  std::array<std::vector<ByClock>, 2> by_kind_;
};

/// Where operations are remembered, so that those are found quickly that touch what a key covers:
/// for each index its documents one by one, all of them together, and the index as a whole; and
/// the whole service. What is found is what dialect::Meet says, and no more, but for documents of
/// an index that is named by a pattern: they count as the whole of it. One thread.
class AccessMap {
 public:
  using Places = std::vector<Accesses*>;

  /// A place where an operation is to be remembered, and whether it writes there.
  struct Own {
    Accesses* place;
    bool write;
  };

  /// Puts behind `met` where whoever touches `key` must look for others, and behind `own`, if it is
  /// not null, where an operation on it is to be remembered. `now` is the running number of
  /// operations. All of it lives until Forget.
  void Look(const dialect::Key& key, uint64_t now, Places& met, std::vector<Own>* own);

  /// Forgets documents, contexts and resources that nobody has touched for `window` operations, or
  /// up to two windows. Called for each operation; each call does a few.
  void Forget(uint64_t now, uint64_t window);
  size_t places() const { return places_; }

 private:
  struct Document {
    Accesses accesses;
    uint64_t touched = 0;
  };
  /// Under one name or pattern.
  struct Named {
    std::string name;
    bool wild = false;
    Accesses whole;
    Accesses parts;  ///< of documents, each also in `documents`
    std::unordered_map<std::string, Document> documents;
    std::vector<Named*> met;  ///< others whose names meet this one, if met_at is up to date
    uint64_t met_at = 0;
    uint64_t touched = 0;
  };
  /// Indices; contexts; resources.
  struct Names {
    std::unordered_map<std::string, std::unique_ptr<Named>> all;
    std::vector<Named*> wild;
    uint64_t generation = 1;  ///< of `all`
  };

  Names& NamesOf(dialect::Scope scope);
  Named& Find(Names& names, const std::string& name, uint64_t now);
  /// It and all others that meet it.
  const std::vector<Named*>& MetBy(Names& names, Named& named);
  Accesses* FindDocument(Names& names, Named& named, const std::string& id, uint64_t now,
                         bool remember);
  bool ForgetDocument(Named& named, const std::string& id, uint64_t before);
  bool ForgetName(Names& names, Named& named, uint64_t before);

  Accesses everything_;
  Accesses cluster_;
  Accesses state_;
  Names indices_;
  Names contexts_;
  Names paths_;
  /// A name, and of its documents the one with that id; null: the name itself.
  struct Place {
    Names* names;
    Named* named;
    const std::string* id;
  };
  AgeQueue<Place> ages_;
  size_t places_ = 0;
};

}  // namespace trafrec::order
