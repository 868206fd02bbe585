#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "reconcile/span.h"

// What a cluster knows beside documents, as requests change it and answers show it.

namespace trafrec::reconcile {

enum class MetadataKind : uint8_t {
  kAlias,           ///< of an index; its value is ""
  kField,           ///< of an index's mapping, "a.b" for one in another; its value is its type
  kSetting,         ///< of an index: "index.refresh_interval"
  kClusterSetting,  ///< its index is "persistent" or "transient"
  kTemplate,        ///< its value is its index patterns
  kIndexTemplate,   ///< of 7.8 and later
  kComponentTemplate,
};

/// "alias", as in words for a person.
const char* NameOf(MetadataKind kind);

/// One thing. In what a request may have changed, names may be patterns.
struct MetadataName {
  MetadataKind kind = MetadataKind::kAlias;
  std::string index{};  ///< "" of templates
  std::string name{};

  friend auto operator<=>(const MetadataName&, const MetadataName&) = default;
};

struct MetadataChange {
  MetadataName what{};
  std::optional<std::string> value{};  ///< nothing: it is taken away
  bool unread = false;                 ///< its value is in what nobody can read
  Span ran{};
  std::optional<size_t> question{};  ///< in History::questions, if nobody saw its answer
};

/// An answer that shows all things of a kind and index whose names fit a pattern. A mapping with
/// dynamic templates has one of the name "", of that value.
struct MetadataSight {
  MetadataKind kind = MetadataKind::kAlias;
  /// "*": things of that name may be in any index.
  std::string index{};
  std::string names = "*";  ///< those that are not in `there` are not there
  std::shared_ptr<const std::map<std::string, std::string>> there{};
  Span at{};
  bool part = false;  ///< others may have been there, too
  bool late = false;  ///< it is of a copy that is presumed to be later than all of the log
};

/// What a log shows of a cluster's metadata. Bounded: contents that are the same as before are kept
/// once, and what is too much is left out.
class Metadata {
 public:
  /// A thing as an answer shows it.
  struct Seen {
    Span at{};
    std::optional<std::string> value{};  ///< nothing: it is not there
    bool late = false;                   ///< as of its sight
  };

  void Add(MetadataChange change) { changes_.push_back(std::move(change)); }
  void Add(MetadataSight sight);

  /// The first sight of it that begins after a time, and the last one that ends before it.
  std::optional<Seen> After(const MetadataName& what, TimeNs time) const;
  std::optional<Seen> Before(const MetadataName& what, TimeNs time) const;
  /// Whether a mapping of the index had dynamic templates.
  bool HasDynamicTemplates(const std::string& index) const;

  const std::vector<MetadataChange>& changes() const { return changes_; }

  /// Redaction may have replaced what some of them are about: nothing follows from any.
  void Mistrust() { mistrusted_ = true; }
  bool mistrusted() const { return mistrusted_; }

 private:
  static std::optional<Seen> SeenIn(const MetadataSight& sight, const MetadataName& what);

  std::vector<MetadataChange> changes_;
  std::vector<MetadataSight> sights_;
  std::map<std::tuple<MetadataKind, std::string, std::string>,
           std::shared_ptr<const std::map<std::string, std::string>>>
      last_;
  size_t bytes_ = 0;
  bool mistrusted_ = false;
};

}  // namespace trafrec::reconcile
