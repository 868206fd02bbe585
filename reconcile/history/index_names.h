#pragma once

#include <map>
#include <set>
#include <string>

namespace trafrec::reconcile {

/// Which indices the names mean that requests use. A name that no answer explains may be another
/// name of any index.
class IndexNames {
 public:
  /// An answer says so.
  void IsIndex(const std::string& name) { indices_.insert(name); }
  /// What is sent to `name` goes into `index`.
  void Leads(const std::string& name, const std::string& index);
  /// A name that fits `pattern` may have come to mean another index.
  void Moves(const std::string& pattern) { moved_.insert(pattern); }

  /// The index behind a name, or the name itself.
  const std::string& Behind(const std::string& name) const;
  /// Whether it is known which index that is.
  bool Knows(const std::string& name) const { return indices_.contains(Behind(name)); }

 private:
  bool HasMoved(const std::string& name) const;

  std::set<std::string> indices_;
  std::map<std::string, std::string> aliases_;
  std::set<std::string> moved_;  ///< patterns
};

}  // namespace trafrec::reconcile
