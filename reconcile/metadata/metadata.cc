#include "reconcile/metadata/metadata.h"

#include <algorithm>
#include <utility>

#include "reconcile/metadata/limits.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {

const char* NameOf(MetadataKind kind) {
  switch (kind) {
    case MetadataKind::kAlias:
      return "alias";
    case MetadataKind::kField:
      return "field";
    case MetadataKind::kSetting:
      return "setting";
    case MetadataKind::kClusterSetting:
      return "cluster setting";
    case MetadataKind::kTemplate:
      return "template";
    case MetadataKind::kIndexTemplate:
      return "index template";
    case MetadataKind::kComponentTemplate:
      return "component template";
  }
  return "";
}

void Metadata::Add(MetadataSight sight) {
  if (sights_.size() >= limits::kMetadataSights) {
    return;
  }
  auto& last = last_[{sight.kind, sight.index, sight.names}];
  if (last != nullptr && *last == *sight.there) {
    sight.there = last;
  } else {
    size_t bytes = 0;
    for (const auto& [name, value] : *sight.there) {
      bytes += name.size() + value.size() + limits::kMetadataEntryBytes;
    }
    if (bytes_ + bytes > limits::kMetadataBytes) {
      return;
    }
    bytes_ += bytes;
    last = sight.there;
  }
  sights_.push_back(std::move(sight));
}

std::optional<Metadata::Seen> Metadata::SeenIn(const MetadataSight& sight,
                                               const MetadataName& what) {
  const bool of_all = sight.index == "*" && !what.index.empty();
  if (sight.kind != what.kind || (!of_all && sight.index != what.index) ||
      !dialect::NameFits(sight.names, what.name)) {
    return std::nullopt;
  }
  const auto found = sight.there->find(what.name);
  if (found == sight.there->end() && sight.part) {
    return std::nullopt;
  }
  if (found == sight.there->end()) {
    return Seen{.at = sight.at, .late = sight.late};
  }
  // It may be another index's.
  return of_all ? std::nullopt : std::optional(Seen{sight.at, found->second, sight.late});
}

std::optional<Metadata::Seen> Metadata::After(const MetadataName& what, TimeNs time) const {
  std::optional<Seen> first;
  for (const MetadataSight& sight : sights_) {
    if ((sight.late || sight.at.from > time) && (!first || sight.at.until < first->at.until)) {
      if (auto seen = SeenIn(sight, what)) {
        first = std::move(seen);
      }
    }
  }
  return first;
}

std::optional<Metadata::Seen> Metadata::Before(const MetadataName& what, TimeNs time) const {
  std::optional<Seen> last;
  for (const MetadataSight& sight : sights_) {
    if (sight.at.until < time && (!last || sight.at.from > last->at.from)) {
      if (auto seen = SeenIn(sight, what)) {
        last = std::move(seen);
      }
    }
  }
  return last;
}

bool Metadata::HasDynamicTemplates(const std::string& index) const {
  return std::ranges::any_of(sights_, [&](const MetadataSight& sight) {
    return sight.kind == MetadataKind::kField && sight.index == index && sight.there->contains("");
  });
}

}  // namespace trafrec::reconcile
