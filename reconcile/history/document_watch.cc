#include "reconcile/history/document_watch.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

constexpr size_t kFirstTable = size_t{1} << 12;
constexpr unsigned kVersionBits = 23;
constexpr uint64_t kVersionMost = (uint64_t{1} << kVersionBits) - 1;
constexpr uint64_t kPresent = uint64_t{1} << kVersionBits;
/// The upper bits tell documents apart that share a place of the table; never 0.
constexpr uint64_t kTagMask = ~((kPresent << 1U) - 1);

uint64_t TagOf(uint64_t document) {
  const uint64_t tag = document & kTagMask;
  return tag == 0 ? kTagMask : tag;
}

/// Where in the table it is looked for first.
size_t PlaceOf(uint64_t tag) { return (tag * 0x9e37'79b9'7f4a'7c15U) >> 32U; }

uint64_t VersionIn(uint64_t what) { return what & kVersionMost; }

/// A greater version than fits is not followed.
uint64_t Packed(int64_t version) {
  return static_cast<uint64_t>(std::clamp<int64_t>(version, 0, kVersionMost));
}

bool Removes(dialect::Fate fate) {
  return fate == dialect::Fate::kDeleted || fate == dialect::Fate::kNotFound;
}

}  // namespace

uint64_t DocumentKey(std::string_view index, std::string_view id) {
  const std::hash<std::string_view> hash;
  return (hash(index) * 0x9e37'79b9'7f4a'7c15U) ^ hash(id);
}

/// Its place, or a free one; null: there is no room for another.
DocumentWatch::Last* DocumentWatch::Find(uint64_t document) {
  if (2 * used_ >= table_.size() && used_ < limits::kDocumentsWatched) {
    Grow();
  }
  const uint64_t tag = TagOf(document);
  for (size_t at = PlaceOf(tag);; ++at) {
    Last& last = table_[at & (table_.size() - 1)];
    if (last.what == 0) {
      return 2 * used_ < table_.size() ? &last : nullptr;
    }
    if ((last.what & kTagMask) == tag) {
      return &last;
    }
  }
}

void DocumentWatch::Grow() {
  std::vector<Last> old =
      std::exchange(table_, std::vector<Last>(std::max(kFirstTable, 2 * table_.size())));
  for (const Last& last : old) {
    if (last.what != 0) {
      size_t at = PlaceOf(last.what & kTagMask);
      while (table_[at & (table_.size() - 1)].what != 0) {
        ++at;
      }
      table_[at & (table_.size() - 1)] = last;
    }
  }
}

void DocumentWatch::Note(const Write& write, bool made_in_log) {
  const uint64_t document = DocumentKey(write.document.index, write.document.id);
  Last* last = Find(document);
  if (last == nullptr) {
    return;
  }
  const bool is_new = last->what == 0;
  const uint64_t version = Packed(write.version);
  const uint64_t before = is_new ? 0 : VersionIn(last->what);
  if ((!is_new || made_in_log) && version != before + 1 && before < kVersionMost) {
    Doubt(document);
  }
  used_ += is_new ? 1 : 0;
  if (is_new || write.seq_no > last->seq_no) {
    *last = {TagOf(document) | (Removes(write.fate) ? 0 : kPresent) | version, write.seq_no};
  }
}

void DocumentWatch::Note(const Sight& sight, bool made_in_log) {
  const uint64_t document = DocumentKey(sight.document.index, sight.document.id);
  const Last* last = Find(document);
  if (last == nullptr || last->what == 0) {
    if (last != nullptr && made_in_log && sight.present) {
      Doubt(document);
    }
    return;
  }
  const bool present = (last->what & kPresent) != 0;
  if ((sight.seq_no && *sight.seq_no > last->seq_no) ||
      (sight.current && present && !sight.present && !sight.seq_no)) {
    Doubt(document);
  }
}

void DocumentWatch::Ask(std::string_view index, std::string_view id) {
  asked_.insert(DocumentKey(index, id));
}

void DocumentWatch::Doubt(uint64_t document) {
  if (in_doubt_.size() < limits::kDocumentsInDoubt) {
    in_doubt_.insert(document);
  }
}

}  // namespace trafrec::reconcile
