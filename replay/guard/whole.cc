// What no condition guards.
//
// Whether an index or an alias is there can be asked, so making and deleting one can be judged. An
// index is made again without harm: the second one is refused. It is not deleted again: the first
// copy may still come, when there is a new one of that name. What a by-query operation, a reindex
// or a script did cannot be read, and a second one would do it again.

#include "replay/guard/whole.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "replay/dialect/target.h"
#include "replay/guard/form.h"
#include "replay/guard/reading.h"
#include "replay/guard/retry_after.h"
#include "replay/guard/settle.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;
using dialect::Kind;

constexpr std::string_view kCreateIndex = "indices.create";
constexpr std::string_view kDeleteIndex = "indices.delete";
constexpr std::string_view kPutAlias = "indices.put_alias";
constexpr std::string_view kDeleteAlias = "indices.delete_alias";

/// "/logs", "/logs/_alias/a"; "" where it is not one thing that can be asked for.
std::string PathToAsk(const Parcel& parcel) {
  const dialect::Meaning& meaning = *parcel.meaning;
  const dialect::Target target = dialect::ParseTarget(parcel.request->target);
  const auto& segments = target.written;
  if (std::ranges::any_of(target.segments, [](const std::string& segment) {
        return segment.find_first_of("*,") != std::string::npos || segment == "_all";
      })) {
    return "";
  }
  if (meaning.path == "/{index}" && segments.size() == 1) {
    return fmt::format("/{}", segments[0]);
  }
  if (segments.size() == 3 && meaning.path.starts_with("/{index}/_alias") &&
      meaning.path.ends_with("/{alias}")) {
    return fmt::format("/{}/_alias/{}", segments[0], segments[2]);
  }
  return "";
}

Item* InDoubt(std::vector<Item>& items) {
  const auto found = std::ranges::find(items, Stage::kInDoubt, &Item::stage);
  return found == items.end() ? nullptr : &*found;
}

void FinishBySight(Item& item, std::string_view why) {
  Finish(item, {.fate = Fate::kDone, .status = 200}, fmt::format("seen by reading: {}", why));
}

void JudgeWhole(std::string_view api, Item& item, bool is_there) {
  item.doubted = true;
  if (api == kCreateIndex) {
    if (is_there) {
      FinishBySight(item, "the index is there");
    } else {
      item.stage = Stage::kFresh;
    }
  } else if (api == kPutAlias) {
    if (is_there) {
      FinishBySight(item, "the alias is there");
    } else {
      GiveUp(item, Cause::kUndecidable,
             "no answer, and the alias is not there: the copy may still be carried out, "
             "after later changes of the alias");
    }
  } else if (!is_there) {
    FinishBySight(item, api == kDeleteIndex ? "the index is gone" : "the alias is gone");
  } else {
    GiveUp(item, Cause::kUndecidable,
           fmt::format("no answer, and the {} is still there: the copy may still be carried "
                       "out, on a new one of that name",
                       api == kDeleteIndex ? "index" : "alias"));
  }
}

}  // namespace

bool CanBeRead(const Parcel& parcel) {
  const std::string_view api = parcel.meaning->api;
  return (api == kCreateIndex || api == kDeleteIndex || api == kPutAlias || api == kDeleteAlias) &&
         !PathToAsk(parcel).empty();
}

bool IsUndecidable(const Parcel& parcel, const Item& item) {
  const dialect::Operation& operation = parcel.meaning->operations[item.operation];
  if (item.stage != Stage::kInDoubt || !operation.mutation) {
    return false;
  }
  if (!WritesDocument(operation.kind)) {
    return !CanBeRead(parcel);
  }
  return operation.writing.automatic_id && item.id.empty();
}

void GiveUpUndecidable(const Parcel& parcel, Item& item) {
  const bool document = WritesDocument(parcel.meaning->operations[item.operation].kind);
  GiveUp(item, Cause::kUndecidable,
         fmt::format("{}: {}", item.why.empty() ? "no answer" : item.why,
                     document ? "the target gives the id, so another copy would be another "
                                "document"
                              : "what it did cannot be read, and another copy might do it "
                                "again"));
}

std::optional<message::Request> ReadWhole(const Parcel& parcel) {
  const bool doubt = std::ranges::any_of(
      parcel.items, [](const Item& item) { return item.stage == Stage::kInDoubt; });
  if (!doubt || !CanBeRead(parcel)) {
    return std::nullopt;
  }
  return Beside(*parcel.request, "HEAD", PathToAsk(parcel));
}

void TakeWholeReading(Parcel& parcel, const Reply& reply) {
  Item* item = InDoubt(parcel.items);
  if (item == nullptr) {
    return;
  }
  const int status = reply.answer ? reply.answer->status : 0;
  if (status == 200 || status == 404) {
    JudgeWhole(parcel.meaning->api, *item, status == 200);
  } else if (status >= 400 && status < 500 && status != 408 && status != 429) {
    GiveUp(*item, Cause::kUndecidable, "no answer, and it cannot be asked for: " + WhatCame(reply));
  } else {
    item->why = "not read: " + WhatCame(reply);
    item->retry_after_ms = RetryAfterMs(reply);
  }
}

bool TakeWholeAnswer(const dialect::Meaning& meaning, Item& item, const dialect::Answer& answer,
                     size_t place) {
  const dialect::Outcome& outcome = answer.outcomes[place];
  if (meaning.api == kCreateIndex && item.doubted &&
      outcome.error == "resource_already_exists_exception") {
    FinishBySight(item, "the index is there after a copy without an answer");
    return true;
  }
  const bool by_query = meaning.kind == Kind::kByQuery || meaning.kind == Kind::kReindex;
  if (by_query && outcome.fate == Fate::kRejected && answer.by_query && answer.by_query->total) {
    GiveUp(item, Cause::kPartly,
           fmt::format("the target answered {} after a part of it: another copy would do "
                       "that part again",
                       outcome.status));
    return true;
  }
  return false;
}

}  // namespace trafrec::guard
