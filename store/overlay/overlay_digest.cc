#include "store/overlay/overlay_digest.h"

#include <fmt/format.h>

#include "store/reader/exchange_id.h"

namespace trafrec::store {
namespace {

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

void OverlayDigest::Text(std::string_view text) {
  hash_.Update(AsBytes(fmt::format("{}:", text.size())));
  hash_.Update(AsBytes(text));
}

void OverlayDigest::Number(int64_t number) { Text(fmt::format("{}", number)); }

void OverlayDigest::Position(const CommitPosition& position) { Text(FormatPosition(position)); }

void OverlayDigest::Add(const OverlayEntry& entry) {
  Text(FormatAddress(entry.at));
  Number(static_cast<int64_t>(entry.what.index()) + 1);
  if (const auto* drop = std::get_if<OverlayDrop>(&entry.what)) {
    Text(drop->reason);
  } else if (const auto* verdict = std::get_if<OverlayVerdict>(&entry.what)) {
    Text(NameOf(verdict->verdict));
    Text(NameOf(verdict->grade));
    Text(verdict->evidence);
  } else if (const auto* move = std::get_if<OverlayMove>(&entry.what)) {
    Text(move->after ? "after" : "before");
    Text(FormatAddress(move->other));
    Text(move->reason);
  } else if (const auto* position = std::get_if<CommitPosition>(&entry.what)) {
    Position(*position);
  } else if (const auto* rewrite = std::get_if<OverlayRewrite>(&entry.what)) {
    for (const std::optional<std::string>* part :
         {&rewrite->method, &rewrite->target, &rewrite->body}) {
      Number(part->has_value());
      Text(part->value_or(""));
    }
    Text(rewrite->set_fields);
    Number(static_cast<int64_t>(rewrite->removed_fields.size()));
    for (const std::string& name : rewrite->removed_fields) {
      Text(name);
    }
    Number(static_cast<int64_t>(rewrite->pointers.size()));
    for (const auto& [pointer, value] : rewrite->pointers) {
      Text(pointer);
      Text(value);
    }
    Text(rewrite->reason);
  }
}

void OverlayDigest::Add(const Insertion& insertion) {
  Text(FormatExchangeId(InsertionId(insertion.number)));
  Number(static_cast<int64_t>(insertion.place));
  Text(insertion.place == Place::kAtTime ? fmt::format("{}", insertion.at)
                                         : FormatExchangeId(insertion.beside));
  for (const std::string* part :
       {&insertion.method, &insertion.target, &insertion.fields, &insertion.body}) {
    Text(*part);
  }
  Number(insertion.position.has_value());
  if (insertion.position) {
    Position(*insertion.position);
  }
  Text(insertion.reason);
}

}  // namespace trafrec::store
