#include <algorithm>

#include "replay/guard/answer.h"
#include "replay/guard/form.h"
#include "replay/guard/guard.h"
#include "replay/guard/reading.h"
#include "replay/guard/whole.h"
#include "replay/guard/write.h"

namespace trafrec::guard {
namespace {

/// Of all open items. Returns the last one; null: there is none.
const Item* BeginCopies(Parcel& parcel) {
  const Item* last = nullptr;
  for (Item& item : parcel.items) {
    if (!item.open()) {
      continue;
    }
    if (item.stage == Stage::kFresh) {
      item.condition = Choose(parcel, item).condition;
    }
    item.doubted = item.doubted || item.stage == Stage::kInDoubt;
    item.met_itself = false;
    item.retry_after_ms = 0;
    ++item.tries;
    last = &item;
  }
  return last;
}

class Search final : public Guard {
 public:
  std::optional<message::Request> ReadRequest(const Parcel& parcel) const override {
    if (std::optional<message::Request> request = ReadDocuments(parcel)) {
      return request;
    }
    if (std::optional<message::Request> request = ReadWhole(parcel)) {
      return request;
    }
    // Of a run that goes on: nothing is to be learnt, but the caller comes back with its reply.
    const bool undecidable = std::ranges::any_of(
        parcel.items, [&](const Item& item) { return IsUndecidable(parcel, item); });
    return undecidable ? std::optional(Beside(*parcel.request, "HEAD", "/")) : std::nullopt;
  }

  void TakeReading(Parcel& parcel, const Reply& reply) const override {
    for (Item& item : parcel.items) {
      if (IsUndecidable(parcel, item)) {
        GiveUpUndecidable(parcel, item);
      }
    }
    if (CanBeRead(parcel)) {
      TakeWholeReading(parcel, reply);
    } else {
      TakeDocuments(parcel, reply);
    }
  }

  message::Request WriteRequest(Parcel& parcel) const override {
    const Item* const single = BeginCopies(parcel);
    if (parcel.meaning->kind == dialect::Kind::kBulk) {
      return WriteBulk(parcel);
    }
    return single == nullptr ? *parcel.request : WriteSingle(parcel, *single);
  }

  bool WriteAsItIs(Parcel& parcel) const override {
    if (parcel.meaning->mutation || parcel.meaning->kind == dialect::Kind::kBulk) {
      return false;
    }
    BeginCopies(parcel);  // a read has no condition
    return true;
  }

  void TakeReply(Parcel& parcel, const Reply& reply) const override {
    TakeSearchReply(parcel, reply);
  }

  message::Answer Assemble(const dialect::Meaning& meaning, std::span<const Item> items,
                           const message::Answer& last) const override {
    return AssembleSearch(meaning, items, last);
  }
};

}  // namespace

const Guard& SearchGuard() {
  static const Search kSearch;
  return kSearch;
}

}  // namespace trafrec::guard
