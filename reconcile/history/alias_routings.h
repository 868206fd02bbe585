#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/history/facts.h"
#include "replay/dialect/operation.h"

namespace trafrec::reconcile {

struct History;

/// Aliases that route: what is sent to one has its routing, though neither the request nor its
/// answer says so. And who refuses an operation for its routing alone: an alias that has another,
/// an index that wants one.
class AliasRoutings {
 public:
  /// A request that was not refused. `answered`: it was carried out.
  void Note(std::string_view api, std::string_view target, std::string_view body, bool answered);

  /// Gives documents that are named by such an alias its routing: those of operations, and what an
  /// answer to them shows.
  void Apply(dialect::Meaning& meaning, std::vector<Sight>& sights) const;

  /// An answer says that `index` wants a routing.
  void Requires(const std::string& index) { required_.insert(index); }
  /// Whether an operation may be refused, for its routing, by an alias of which nobody saw how it
  /// routes, too.
  bool MayRefuse(const History& history, const DocumentName& document) const;

 private:
  /// Nothing: it has none, or not always the same, or nobody knows.
  std::optional<std::string> Of(const std::string& alias) const;

  struct Said {
    std::set<std::string> routings{};  ///< "": it does not route
    bool answered = false;
  };
  std::map<std::string, Said> said_;  ///< by alias
  std::set<std::string> required_;    ///< names of indices; "*": any
};

/// At the end: of what may have been refused for its routing nobody says that it was taken.
void TakeRoutings(History& history);

}  // namespace trafrec::reconcile
