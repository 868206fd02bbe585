#include "replay/plan/overlay_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "replay/json/json_pointer.h"
#include "replay/recorded/message_head.h"

namespace trafrec::plan {
namespace {

using store::OverlayEntry;
using store::OverlayRewrite;

std::unexpected<Error> Refused(const OverlayEntry& entry, std::string_view why) {
  return Fail(ErrorCode::kUsage,
              fmt::format("the overlay cannot rewrite {}: {}", FormatAddress(entry.at), why),
              "trafrec overlay FILE show ID says what is to be changed");
}

/// The text with all that is to be set in it.
Result<std::string> WithPointers(const OverlayEntry& entry, const OverlayRewrite& rewrite,
                                 std::string text) {
  for (const auto& [pointer, value] : rewrite.pointers) {
    auto changed = json::SetAt(text, pointer, value);
    if (!changed) {
      return Refused(entry, changed.error());
    }
    text = *std::move(changed);
  }
  return text;
}

/// Puts another source in the place of an item's.
Status ApplyToItem(const OverlayEntry& entry, const OverlayRewrite& rewrite,
                   const dialect::Meaning& meaning, std::string& body) {
  const auto operation =
      std::ranges::find(meaning.operations, *entry.at.item, &dialect::Operation::item);
  if (operation == meaning.operations.end()) {
    return Refused(entry, "the request has no such item");
  }
  const dialect::ByteRange source = operation->source;
  if (source.length == 0) {
    return Refused(entry, "this item has no source");
  }
  TRY_ASSIGN(std::string text,
             WithPointers(entry, rewrite, rewrite.body.value_or(std::string(source.In(body)))));
  while (text.ends_with('\n') || text.ends_with('\r')) {
    text.pop_back();
  }
  if (text.find_first_of("\r\n") != std::string::npos) {
    return Refused(entry, "the source of an item is one line");
  }
  body.replace(source.offset, source.length, text + "\n");
  return {};
}

Status ApplyToWhole(const OverlayEntry& entry, const OverlayRewrite& rewrite,
                    message::Request& request) {
  request.method = rewrite.method.value_or(request.method);
  request.target = rewrite.target.value_or(request.target);
  for (const std::string& name : rewrite.removed_fields) {
    message::RemoveField(request.fields, name);
  }
  for (const recorded::HeaderField& field : recorded::ParseFields(rewrite.set_fields)) {
    message::SetField(request.fields, field.name, std::string(field.value.value_or("")));
  }
  TRY_ASSIGN(request.body,
             WithPointers(entry, rewrite, rewrite.body.value_or(std::move(request.body))));
  return {};
}

}  // namespace

Status ApplyRewrites(const std::vector<OverlayEntry>& entries, const dialect::Meaning& meaning,
                     message::Request& request) {
  // Entries come by item, the whole first. From the last item on, places of those before it stay.
  for (const OverlayEntry& entry : std::views::reverse(entries)) {
    const auto* rewrite = std::get_if<OverlayRewrite>(&entry.what);
    if (rewrite != nullptr) {
      TRY(entry.at.item ? ApplyToItem(entry, *rewrite, meaning, request.body)
                        : ApplyToWhole(entry, *rewrite, request));
    }
  }
  return {};
}

message::Request RequestOf(const store::Insertion& insertion) {
  message::Request request{.method = insertion.method,
                           .target = insertion.target,
                           .fields = {},
                           .body = insertion.body,
                           .chunked = false,
                           .trailers = {}};
  for (const recorded::HeaderField& field : recorded::ParseFields(insertion.fields)) {
    request.fields.push_back(
        {.name = std::string(field.name), .value = std::string(field.value.value_or(""))});
  }
  return request;
}

}  // namespace trafrec::plan
